import Packets
import Rules
import TestSupport

extension RuleGenerator {
    /// A frame near what some of the rules name; its outermost tag may be beside its bytes.
    mutating func frame(near rules: [Rule]) -> (frame: [UInt8], tag: UInt32, direction: Direction) {
        var (fields, direction) = packet(near: rules)
        // Fields are drawn one by one; a packet's addresses are of one family.
        for _ in 0..<20 where fields.source?.bitWidth != fields.destination?.bitWidth {
            (fields, direction) = packet(near: rules)
        }
        var builder = FrameBuilder()
        var tag: UInt32 = 0
        if let vlan = fields.vlan {
            let type = random.pick([Ethernet.vlan, Ethernet.serviceVLAN])
            let priority = UInt8.random(in: 0...7, using: &random)
            if random.once(in: 2) {
                tag = UInt32(type) << 16 | UInt32(priority) << 13 | UInt32(vlan)
            } else {
                builder = builder.vlan(vlan, priority: priority, etherType: type)
            }
        }
        guard let source = fields.source, let destination = fields.destination, source.bitWidth == destination.bitWidth
        else { return (builder.payload(etherType: Ethernet.arp, random.bytes(28)).frame, tag, direction) }
        let isLater = fields.sourcePort == nil
        if source.bitWidth == 32 {
            builder = builder.ipv4(
                from: source, to: destination, options: random.once(in: 8) ? random.bytes(8) : [],
                fragmentOffset: isLater ? 100 : 0)
        } else {
            let options = IPv6Extension(number: IPProtocol.destinationOptions, length: 16)
            var extensions = random.once(in: 4) ? [options] : []
            if isLater { extensions.append(.fragment(offset: 100, more: true)) }
            builder = builder.ipv6(from: source, to: destination, extensions: extensions)
        }
        let (from, to) = (fields.sourcePort ?? 0, fields.destinationPort ?? 0)
        switch fields.ipProtocol {
        case IPProtocol.tcp:
            builder = builder.tcp(from: from, to: to, flags: Packets.TCPFlags(rawValue: fields.tcpFlags ?? 0))
        case IPProtocol.udp: builder = builder.udp(from: from, to: to, payload: random.bytes(12))
        default:
            let bytes = from.bigEndianBytes + to.bigEndianBytes + random.bytes(16)
            builder = builder.transport(fields.ipProtocol ?? 0, bytes)
        }
        return (builder.frame, tag, direction)
    }
}
