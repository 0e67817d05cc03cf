import Kernel
import KernelABI

/// The hash of a packet's flow: of both addresses, ports and the protocol, the same in both directions, on every host
/// and whatever the CPU. `FlowIdentity` in user space computes the same.
///
/// A later fragment has no ports. Its flow is that of the first fragment of its datagram, where that came before it and
/// through this mirror; otherwise it counts as a flow of its addresses and protocol.
@inline(__always)
func flowHash(
    _ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>?, _ settings: UnsafePointer<copy_settings>,
    _ now: UInt64
) -> UInt64 {
    guard let fields else { return 0 }
    let key = settings.pointee.sampling_key
    let fragmented = fields.pointee.isFragment
    guard fragmented else { return hash(skb, fields, key) }
    let datagram = SipHash.hash(
        key: key, fields.pointee.source.high, fields.pointee.source.low, fields.pointee.destination.high,
        fields.pointee.destination.low, UInt64(fields.pointee.identification) << 32 | 0xffff)
    if fields.pointee.transportOffset != 0 {
        var fragment = fragment(flow_hash: hash(skb, fields, key), seen: now)
        var number = datagram
        _ = bpf_map_update_elem(&fragments, &number, &fragment, 0)
        return fragment.flow_hash
    }
    var number = datagram
    if let known = bpf_map_lookup_elem(&fragments, &number)?.assumingMemoryBound(to: KernelABI.fragment.self),
        now &- known.pointee.seen < FRAGMENT_LIFE
    {
        return known.pointee.flow_hash
    }
    return hash(skb, fields, key)
}

@inline(__always)
private func hash(
    _ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>, _ key: (UInt64, UInt64)
) -> UInt64 {
    guard fields.pointee.family != .none else { return linkHash(skb, fields, key) }
    let source = fields.pointee.source
    let destination = fields.pointee.destination
    let sourcePort = UInt64(fields.pointee.sourcePort)
    let destinationPort = UInt64(fields.pointee.destinationPort)
    let family: UInt64 = fields.pointee.family == .ipv4 ? 0 : 1 << 41
    let last = family | UInt64(fields.pointee.ipProtocol) << 32
    let swaps =
        source.high != destination.high
        ? source.high > destination.high
        : source.low != destination.low ? source.low > destination.low : sourcePort > destinationPort
    if swaps {
        return SipHash.hash(
            key: key, destination.high, destination.low, source.high, source.low,
            last | destinationPort << 16 | sourcePort)
    }
    return SipHash.hash(
        key: key, source.high, source.low, destination.high, destination.low,
        last | sourcePort << 16 | destinationPort)
}

/// What is not IP is a flow of its two Ethernet addresses and its EtherType.
@inline(__always)
private func linkHash(
    _ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>, _ key: (UInt64, UInt64)
) -> UInt64 {
    var addresses: (UInt32, UInt32, UInt32) = (0, 0, 0)
    var type: UInt16 = 0
    guard load(skb, 0, into: &addresses), load(skb, fields.pointee.networkOffset &- 2, into: &type) else { return 0 }
    let first = UInt64(UInt32(bigEndian: addresses.0))
    let second = UInt64(UInt32(bigEndian: addresses.1))
    let third = UInt64(UInt32(bigEndian: addresses.2))
    let destination = first << 16 | second >> 16
    let source = (second & 0xffff) << 32 | third
    let last = 1 << 40 | UInt64(UInt16(bigEndian: type))
    return SipHash.hash(
        key: key, source < destination ? source : destination, 0, source < destination ? destination : source, 0, last)
}
