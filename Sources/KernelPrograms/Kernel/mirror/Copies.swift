import Kernel
import KernelABI

/// Sends a copy of a packet that `rule` matched to every target, and counts what became of it.
///
/// The packet itself is left as it is: its mark, which tells the tap device where a copy is to go, is put back, and no
/// result of the copying is handed on.
@inline(__always)
func mirror(_ skb: SocketBuffer, rule: UInt32, _ settings: copy_settings) {
    guard let outcome = lookup(&passage, 0, as: outcome.self), let matched = lookup(&matched, rule, as: tally.self)
    else { return }
    if isCopy(skb) {
        guard let counters = lookup(&mirror_counters, 0, as: mirror_counters.self) else { return }
        counters.pointee.own.packets &+= 1
        counters.pointee.own.bytes &+= UInt64(skb.pointee.len)
        return
    }
    var bytes = UInt64(skb.pointee.len) &+ (skb.pointee.vlan_present != 0 ? 4 : 0)
    var packets = segments(skb)
    let mark = skb.pointee.mark
    // This packet may be what the kernel sends because of a copy that is still on its way: a question for a neighbour,
    // which leaves by a mirrored interface. What is known of that copy is put back.
    let interrupted = outcome.pointee
    for target in 0..<UInt32(MAX_TARGETS) {
        guard target < settings.target_count else { break }
        outcome.pointee = outcome_none()
        skb.pointee.mark = TAP_MARK | target
        let result = bpf_clone_redirect(skb, settings.tap_ifindex, 0)
        let told = total(outcome)
        if told > packets { packets = told }
        // Of a super-packet, only its segments tell how many bytes they are.
        if told == packets { bytes = outcome.pointee.frame_bytes }
        record(outcome, told, packets, result, at: rule &* settings.target_count &+ target)
    }
    outcome.pointee = interrupted
    skb.pointee.mark = mark
    matched.pointee.packets &+= packets
    matched.pointee.bytes &+= bytes
}

@inline(__always)
private func outcome_none() -> outcome { outcome() }

/// How many packets the wire sees of this one: a segmentation-offload super-packet is copied segment by segment.
@inline(__always)
private func segments(_ skb: SocketBuffer) -> UInt64 {
    let size = skb.pointee.gso_size
    guard size != 0 else { return 1 }
    let told = skb.pointee.gso_segs
    if told != 0 { return UInt64(told) }
    return (UInt64(skb.pointee.len) &+ UInt64(size) &- 1) / UInt64(size)
}

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
    _ passed: UnsafeMutablePointer<outcome>, _ told: UInt64, _ packets: UInt64, _ result: Int, at index: UInt32
) {
    guard let counters = lookup(&outcomes, index, as: outcome.self) else { return }
    counters.pointee.sent.packets &+= passed.pointee.sent.packets
    counters.pointee.sent.bytes &+= passed.pointee.sent.bytes
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
