import Packets

/// Ethernet frames, as rules see them.
///
/// The same through each of the three ways in, consistent in itself, and of a shorter piece of the frame nothing is
/// known that is not known of the whole.
enum PacketFieldsFuzzer: Fuzzer {
    static let name = "packet-fields"

    static func test(_ input: UnsafeRawBufferPointer) {
        let fields = PacketFields(frame: input.bytes)
        let copy = Array(input)
        expect(fields == PacketFields(frame: copy), "an array reads otherwise")
        expect(fields == PacketFields(frame: copy.span), "a span reads otherwise")

        expect((fields.source == nil) == (fields.destination == nil), "one address alone: \(fields)")
        expect((fields.source == nil) == (fields.ipProtocol == nil), "addresses without protocol: \(fields)")
        expect((fields.sourcePort == nil) == (fields.destinationPort == nil), "one port alone: \(fields)")
        expect(fields.sourcePort == nil || fields.ipProtocol.map(withPorts.contains) == true, "ports: \(fields)")
        expect(fields.tcpFlags == nil || fields.ipProtocol == IPProtocol.tcp && fields.sourcePort != nil, "\(fields)")
        expect(fields.vlan ?? 0 <= 4095, "a VLAN identifier has 12 bits: \(fields)")

        var reversed = fields
        swap(&reversed.source, &reversed.destination)
        swap(&reversed.sourcePort, &reversed.destinationPort)
        expect(fields.flowSourcePort == reversed.flowSourcePort, "two flows in one conversation: \(fields)")
        expect(fields.flowSourcePort >= 49152, "source port \(fields.flowSourcePort)")

        for length in stride(from: 0, to: input.count, by: 1 + input.count / 16) {
            let part = PacketFields(frame: UnsafeRawBufferPointer(rebasing: input[..<length]).bytes)
            expect(part.vlan == nil || part.vlan == fields.vlan, "another tag in the first \(length) bytes")
            expect(part.source == nil || part.source == fields.source, "another source in the first \(length) bytes")
            expect(part.destination == nil || part.destination == fields.destination, "\(length) bytes: \(part)")
        }
    }

    /// TCP, UDP, DCCP, SCTP and UDP-Lite.
    private static let withPorts: [UInt8] = [6, 17, 33, 132, 136]

    static func seeds() -> [Seed] {
        let ipv4 = FrameBuilder().ipv4(from: .ipv4(0x0a00_0001), to: .ipv4(0x0a00_0002))
        let options = FrameBuilder().ipv4(
            from: .ipv4(0x0a00_0001), to: .ipv4(0x0a00_0002), options: [0x94, 4, 0, 0], moreFragments: true)
        func ipv6(_ extensions: [IPv6Extension]) -> FrameBuilder {
            FrameBuilder().ipv6(
                from: .ipv6(0x2001_0db8 << 96 | 1), to: .ipv6(0x2001_0db8 << 96 | 2), extensions: extensions)
        }
        let chain = [0, 43, 60, 51, 135, 139, 140].map { IPv6Extension(number: $0, length: $0 == 51 ? 12 : 8) }
        return [
            Seed("tcp", ipv4.tcp(from: 40000, to: 443, flags: .syn).frame),
            Seed(
                "udp-two-tags",
                FrameBuilder().vlan(100, etherType: 0x88a8).vlan(5).ipv4(from: .ipv4(1), to: .ipv4(2)).udp(
                    from: 1, to: 53
                ).frame),
            Seed(
                "three-tags",
                FrameBuilder().vlan(1).vlan(2).vlan(3).ipv4(from: .ipv4(1), to: .ipv4(2)).udp(from: 1, to: 53).frame),
            Seed("options-first-fragment", options.udp(from: 1, to: 53).frame),
            Seed("ipv6-tcp", ipv6([]).tcp(from: 1, to: 80).frame),
            Seed("ipv6-extensions", ipv6(chain).tcp(from: 1, to: 80).frame),
            Seed(
                "ipv6-too-many",
                ipv6((0..<9).map { _ in IPv6Extension(number: 60, length: 8) }).udp(from: 1, to: 53).frame),
            Seed("ipv6-first-fragment", ipv6([.fragment(offset: 0, more: true)]).udp(from: 1, to: 53).frame),
            Seed("ipv6-later-fragment", ipv6([.fragment(offset: 9, more: false)]).udp(from: 1, to: 53).frame),
            Seed("not-ip", FrameBuilder().vlan(4094).frame),
        ]
    }
}
