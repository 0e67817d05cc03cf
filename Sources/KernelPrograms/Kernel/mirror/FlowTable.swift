import Kernel
import KernelABI

/// How much was mirrored of each flow. Sets of eight flows share a lock; a flow that finds its set full takes the place
/// of the one that was quiet for longest.
@c @implementation
func swift_take_flow(_ flow: UInt64, _ amount: UInt64, _ limit: UInt64, _ now: UInt64) -> Int64 {
    FlowTable().take(amount, of: flow, upTo: limit, now) ? 1 : 0
}

private struct FlowTable {
    private let mask = loaded_copy_settings().pointee.flow_set_mask

    /// Counts `amount` for a flow, unless what it has already reaches `limit`; whether it was counted.
    @inline(__always)
    func take(_ amount: UInt64, of flow: UInt64, upTo limit: UInt64, _ now: UInt64) -> Bool {
        let hash = flow == 0 ? 1 : flow
        guard let set = lookup(&flows, UInt32(truncatingIfNeeded: hash) & mask, as: flow_set.self) else { return false }
        // Behind the lock.
        let ways = UnsafeMutableRawPointer(set) + 8
        var taken = false
        var evicted = false
        spin_lock(set)
        var place: UInt32 = 0
        var oldest: UInt64 = ~0
        var way: UInt32 = 0
        while way < UInt32(FLOW_WAYS) {
            let entry = Self.entry(ways, way)
            if entry.pointee.hash == hash {
                place = way
                break
            }
            let seen = entry.pointee.hash == 0 ? 0 : entry.pointee.seen
            if seen < oldest {
                oldest = seen
                place = way
            }
            way = way &+ 1
        }
        let entry = Self.entry(ways, place)
        if entry.pointee.hash != hash {
            evicted = entry.pointee.hash != 0 && now &- entry.pointee.seen < FLOW_IDLE
            entry.pointee.hash = hash
            entry.pointee.count = 0
        } else if now &- entry.pointee.seen >= FLOW_IDLE {
            entry.pointee.count = 0
        }
        entry.pointee.seen = now
        if entry.pointee.count < limit {
            entry.pointee.count = entry.pointee.count &+ amount
            taken = true
        }
        spin_unlock(set)
        if evicted, let counters = lookup(&mirror_counters, 0, as: mirror_counters.self) {
            counters.pointee.evicted &+= 1
        }
        return taken
    }

    @inline(__always)
    private static func entry(_ ways: UnsafeMutableRawPointer, _ way: UInt32) -> UnsafeMutablePointer<flow> {
        (ways + Int(opaque(way) & 7) &* MemoryLayout<flow>.size).assumingMemoryBound(to: flow.self)
    }
}
