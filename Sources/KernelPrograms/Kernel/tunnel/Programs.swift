import Kernel
import KernelABI

/// Every frame that leaves by the tap device comes here, already cut into segments and with its VLAN tag in its bytes;
/// none of them goes on to the device itself.
@c @implementation
func swift_tunnel(_ skb: SocketBuffer) -> Int32 {
    // What the kernel sends there of its own accord (router solicitations, group reports) is no copy.
    let number = skb.pointee.mark ^ TAP_MARK
    guard number < UInt32(MAX_TARGETS), let target = lookup(&targets, number, as: target.self),
        let outcome = lookup(&passage, 0, as: outcome.self), let order = lookup(&orders, 0, as: copy_order.self)
    else { return drop }
    outcome.pointee.frame_bytes &+= UInt64(skb.pointee.len)
    var copy = Copy(skb, target)
    let sent = copy.send(number, order)
    switch sent {
    case .sent:
        outcome.pointee.sent.packets &+= 1
        outcome.pointee.sent.bytes &+= UInt64(copy.length)
        outcome.pointee.wire_bytes &+= UInt64(copy.wireBytes)
        if let sequence = lookup(&sequences, number, as: UInt32.self) { sequence.pointee &+= 1 }
        if copy.truncated { outcome.pointee.truncated &+= 1 }
        return copy.verdict
    case .failed(let reason):
        count(reason, outcome)
        return drop
    }
}

@inline(__always)
private func count(_ reason: failure, _ outcome: UnsafeMutablePointer<outcome>) {
    switch reason {
    case FAILED_NO_ROUTE: outcome.pointee.failed.0 &+= 1
    case FAILED_NO_NEIGHBOUR: outcome.pointee.failed.1 &+= 1
    case FAILED_DEVICE_DOWN: outcome.pointee.failed.2 &+= 1
    case FAILED_NO_MEMORY: outcome.pointee.failed.3 &+= 1
    case FAILED_OVERSIZE: outcome.pointee.failed.4 &+= 1
    case FAILED_NOT_CARRIED: outcome.pointee.failed.5 &+= 1
    default: outcome.pointee.failed.6 &+= 1
    }
}
