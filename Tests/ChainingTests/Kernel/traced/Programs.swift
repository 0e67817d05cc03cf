import Kernel

@c @implementation
func swift_linked_tc(_ skb: SocketBuffer) -> Int32 {
    trace(7, number(skb))
    _ = bpf_tail_call(skb, &next_program, 0)
    return 0
}

@c @implementation
func swift_plain_tc(_ skb: SocketBuffer) -> Int32 {
    trace(8, number(skb))
    return 0
}

@c @implementation
func swift_linked_xdp(_ context: UnsafeMutablePointer<xdp_md>) -> Int32 {
    trace(7, number(context))
    _ = bpf_tail_call(context, &next_program, 0)
    return 2
}

@c @implementation
func swift_plain_xdp(_ context: UnsafeMutablePointer<xdp_md>) -> Int32 {
    trace(8, number(context))
    return 2
}

/// The number of a packet of the test: in IPv4 and UDP to port 7777, the first word behind the header.
@inline(__always)
private func number(_ skb: SocketBuffer) -> UInt32? {
    var port: UInt16 = 0
    guard load(skb, 36, into: &port), UInt16(bigEndian: port) == 7777 else { return nil }
    var number: UInt32 = 0
    guard load(skb, 42, into: &number) else { return nil }
    return number
}

@inline(__always)
private func number(_ context: UnsafeMutablePointer<xdp_md>) -> UInt32? {
    let start = xdp_data(context)
    guard start + 46 <= xdp_data_end(context) else { return nil }
    guard UInt16(bigEndian: start.load(fromByteOffset: 36, as: UInt16.self)) == 7777 else { return nil }
    let low = start.load(fromByteOffset: 42, as: UInt16.self), high = start.load(fromByteOffset: 44, as: UInt16.self)
    return UInt32(high) &<< 16 | UInt32(low)
}

@inline(__always)
private func trace(_ member: UInt8, _ number: UInt32?) {
    guard let number, let trace = lookup(&traces, number, as: trace.self),
        let seen = lookup(&seen, 0, as: UInt64.self)
    else { return }
    atomic_add(seen, 1)
    let position = trace.pointee.count
    trace.pointee.count = position &+ 1
    let index = Int(position & 15)
    guard index < 15 else { return }
    withUnsafeMutableBytes(of: &trace.pointee.members) {
        $0.baseAddress?.storeBytes(of: member, toByteOffset: index, as: UInt8.self)
    }
}
