import Kernel

/// Where a packet's headers end: after the transport header, or the last one before it that is known.
///
/// Nothing of what an application sent lies before it. ARP is all header; of what is neither that nor IP, only the
/// link-layer header is.
@inline(__always)
func headerEnd(_ skb: SocketBuffer, _ fields: PacketFields) -> UInt32 {
    guard fields.family != .none else {
        var type: UInt16 = 0
        guard load(skb, fields.networkOffset &- 2, into: &type) else { return fields.networkOffset }
        // An ARP message of IPv4 over Ethernet (RFC 826) has 28 bytes.
        return UInt16(bigEndian: type) == 0x0806 ? fields.networkOffset &+ 28 : fields.networkOffset
    }
    let transport = fields.transportOffset
    guard transport != 0 else { return fields.networkEnd }
    let number = fields.ipProtocol
    if number == IPProtocol.tcp {
        var words: UInt8 = 0
        guard load(skb, transport &+ 12, into: &words) else { return transport &+ 20 }
        let length = UInt32(words >> 4) &* 4
        return transport &+ (length < 20 ? 20 : length)
    }
    if number == IPProtocol.udp || number == IPProtocol.udpLite || number == IPProtocol.icmp
        || number == IPProtocol.icmp6
    {
        return transport &+ 8
    }
    if number == IPProtocol.sctp || number == IPProtocol.dccp { return transport &+ 12 }
    return transport
}
