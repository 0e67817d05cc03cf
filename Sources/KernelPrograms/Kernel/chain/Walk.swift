import Kernel
import KernelABI

/// CHAIN_NEXT and CHAIN_MISSED as programs return them.
let goesOn = Int32(truncatingIfNeeded: CHAIN_NEXT)
let missed = Int32(truncatingIfNeeded: CHAIN_MISSED)

/// One packet's way through the chain: the order that was in force when it came, whatever happens meanwhile.
///
/// All of it is in the root's own registers and stack, so that a packet which a member sends through the same chain, on
/// the same CPU and before the first is done, has its own.
struct Walk {
    private let half: UInt32
    private let order: UnsafeMutablePointer<chain_order>

    @inline(__always)
    init?() {
        guard let active = entry(&active, 0, as: UInt32.self) else { return nil }
        half = active.pointee & 1
        guard let order = entry(&orders, half, as: chain_order.self) else { return nil }
        self.order = order
    }

    /// Runs the member at `position`, if there is one.
    ///
    /// - Parameter jump: to the slot it is given.
    /// - Returns: the verdict where the packet's way ends here.
    @inline(__always)
    func step(_ position: UInt32, _ jump: (UInt32) -> Int32, atEnd verdict: Int32) -> Int32? {
        guard position < order.pointee.count else { return verdict }
        let isTimed = order.pointee.flags & UInt32(CHAIN_TIMED) != 0
        let start = isTimed ? bpf_ktime_get_ns() : 0
        let result = half == 0 ? jump(position) : jump(position &+ UInt32(CHAIN_POSITIONS))
        let time = isTimed ? bpf_ktime_get_ns() &- start : 0
        let slot = half == 0 ? position : position &+ UInt32(CHAIN_POSITIONS)
        guard let place = entry(&places, slot, as: chain_place.self) else { return nil }
        let ends = !lets(result, place.pointee.passing)
        if let tally = entry(&tallies, place.pointee.instance, as: chain_tally.self) {
            tally.pointee.nanoseconds &+= time
            if result == missed { tally.pointee.failed &+= 1 } else { tally.pointee.runs &+= 1 }
            if ends { tally.pointee.ended &+= 1 }
        }
        return ends ? result : nil
    }

    /// Whether the packet goes on after `result`. It does when a member could not be run: the others shall not miss it.
    @inline(__always)
    private func lets(_ result: Int32, _ passing: UInt32) -> Bool {
        if result == goesOn || result == missed { return true }
        let bit = UInt32(bitPattern: result &+ 1)
        return bit < 32 && passing &>> (bit & 31) & 1 != 0
    }
}

/// The value of `key` in a map.
///
/// The key has eight bytes of stack: on Linux before 5.19 a stack that is no multiple of eight has the kernel look for
/// the count of tail calls in the wrong place (fixed by ff672c67ee76).
@inline(__always)
private func entry<Value>(
    _ map: UnsafeMutableRawPointer, _ key: UInt32, as _: Value.Type
) -> UnsafeMutablePointer<Value>? {
    var key = UInt64(key)
    return bpf_map_lookup_elem(map, &key)?.assumingMemoryBound(to: Value.self)
}
