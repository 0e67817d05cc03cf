import Kernel
import KernelABI

/// The copies of one packet, one to every target.
///
/// The packet itself is left as it is: its mark, which tells the tap device where a copy is to go, is put back, and no
/// result of the copying is handed on.
struct Copies {
    private let skb: SocketBuffer
    /// What the copies made of the packet: segments, and bytes of their frames.
    private(set) var packets: UInt64
    private(set) var bytes: UInt64
    /// Bytes of all sent copies on the wire, outer headers included.
    private(set) var wireBytes: UInt64 = 0

    @inline(__always)
    init(_ skb: SocketBuffer, _ packets: UInt64, _ bytes: UInt64) {
        self.skb = skb
        self.packets = packets
        self.bytes = bytes
    }

    /// Sends them and counts, under the rule with this index, what became of them.
    @inline(__always)
    mutating func send(_ order: copy_order, _ settings: UnsafePointer<copy_settings>, _ rule: UInt32) {
        guard settings.pointee.target_count != 0, let outcome = lookup(&passage, 0, as: outcome.self),
            let current = lookup(&orders, 0, as: copy_order.self)
        else { return }
        let mark = skb.pointee.mark
        // This packet may be what the kernel sends because of a copy that is still on its way: a question for a
        // neighbour, which leaves by a mirrored interface. What is known of that copy is put back.
        let interrupted = outcome.pointee
        let interruptedOrder = current.pointee
        current.pointee = order
        // The verifier shall not follow each order there can be through all the copies.
        forget()
        for target in 0..<UInt32(MAX_TARGETS) {
            guard target < settings.pointee.target_count else { break }
            guard
                let counters = lookup(
                    &outcomes, rule &* settings.pointee.target_count &+ target, as: KernelABI.outcome.self)
            else { break }
            outcome.pointee = outcome_none()
            current.pointee.rule_sequence = UInt32(truncatingIfNeeded: counters.pointee.sent.packets)
            skb.pointee.mark = TAP_MARK | target
            let result = bpf_clone_redirect(skb, settings.pointee.tap_ifindex, 0)
            let told = total(outcome)
            if told > packets { packets = told }
            // Of a super-packet, only its segments tell how many bytes they are.
            if told == packets { bytes = outcome.pointee.frame_bytes }
            wireBytes &+= outcome.pointee.wire_bytes
            record(outcome, told, packets, result, in: counters)
        }
        outcome.pointee = interrupted
        current.pointee = interruptedOrder
        skb.pointee.mark = mark
    }
}

@inline(__always)
private func outcome_none() -> outcome { outcome() }

/// Copies that the tunnel program has dealt with, one way or the other.
@inline(__always)
private func total(_ outcome: UnsafeMutablePointer<outcome>) -> UInt64 {
    let failed = outcome.pointee.failed
    return outcome.pointee.sent.packets &+ failed.0 &+ failed.1 &+ failed.2 &+ failed.3 &+ failed.4 &+ failed.5
        &+ failed.6
}

/// Adds what became of the copies for one target. Those that never reached the tunnel program failed on the way: the
/// result of the cloning says why.
@inline(__always)
private func record(
    _ passed: UnsafeMutablePointer<outcome>, _ told: UInt64, _ packets: UInt64, _ result: Int,
    in counters: UnsafeMutablePointer<outcome>
) {
    counters.pointee.sent.packets &+= passed.pointee.sent.packets
    counters.pointee.sent.bytes &+= passed.pointee.sent.bytes
    counters.pointee.wire_bytes &+= passed.pointee.wire_bytes
    counters.pointee.truncated &+= passed.pointee.truncated
    if told != passed.pointee.sent.packets {
        counters.pointee.failed.0 &+= passed.pointee.failed.0
        counters.pointee.failed.1 &+= passed.pointee.failed.1
        counters.pointee.failed.2 &+= passed.pointee.failed.2
        counters.pointee.failed.3 &+= passed.pointee.failed.3
        counters.pointee.failed.4 &+= passed.pointee.failed.4
        counters.pointee.failed.5 &+= passed.pointee.failed.5
        counters.pointee.failed.6 &+= passed.pointee.failed.6
    }
    guard told < packets else { return }
    let missing = packets &- told
    // A device that is down refuses like a full queue (NET_XMIT_CN), or says so (-ENETDOWN); -EINVAL: it is gone.
    if result > 0 || result == -100 || result == -22 {
        counters.pointee.failed.2 &+= missing
    } else if result == -1 {
        counters.pointee.failed.6 &+= missing
    } else {
        // -ENOMEM, or segments that there was no memory for.
        counters.pointee.failed.3 &+= missing
    }
}
