import Expressions
import Packets
import TestSupport
import Testing

@Suite struct PacketFilterTests {
    private func matches(
        _ filter: PacketFilter, _ packet: [UInt8], hasEthernet: Bool = true, originalLength: Int? = nil
    ) -> Bool {
        filter.matches(packet.span.bytes, hasEthernet: hasEthernet, originalLength: originalLength)
    }

    /// tcpdump reads the same packets from a capture, with Ethernet headers and without.
    @Test(arguments: [
        "", "udp", "udp port 53", "host 10.0.0.1", "ip6", "tcp[tcpflags] & tcp-syn != 0", "greater 200", "less 100",
        "not port 53 and ip", "net 10.0.0.0/8 or net 2001:db8::/32", "ip proto 17", "ip[8] < 64", "len > 100",
    ])
    func `packets with and without Ethernet header match as tcpdump says`(text: String) throws {
        let directory = try TemporaryDirectory()
        let filter = try PacketFilter(text)
        #expect(filter.appliesToIPPackets)
        let seed: UInt64 = 12
        var generator = SeededGenerator(seed: seed)
        let builders = (0..<300).map { _ in generator.frame() }
        for (hasEthernet, linkType) in [(true, 1), (false, 101)] as [(Bool, UInt32)] {
            let packets = builders.map { hasEthernet ? $0.frame : $0.packet }
            let file = try directory.write(ClassicCapture.bytes(packets, linkType: linkType), to: "in.pcap")
            // The second of a packet is its number.
            let lines = try Tool("tcpdump").run(["-r", file, "-n", "-q", "-tt"] + (text.isEmpty ? [] : [text]))
            let expected = Set(lines.split(separator: "\n").compactMap { Int($0.prefix { $0 != "." }) })
            let found = Set(packets.indices.filter { matches(filter, packets[$0], hasEthernet: hasEthernet) })
            #expect(found == expected, "seed \(seed), \(text), \(hasEthernet)")
        }
    }

    @Test(arguments: ["vlan 5", "ether host 02:00:00:00:00:01", "arp"])
    func `what asks about Ethernet matches no packet without it`(text: String) throws {
        let filter = try PacketFilter(text)
        let packet = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2).packet
        #expect(!matches(filter, packet, hasEthernet: false))
    }

    @Test func `an expression of Ethernet alone is known not to apply to IP packets`() throws {
        #expect(try !PacketFilter("ether host 02:00:00:00:00:01").appliesToIPPackets)
        #expect(try !PacketFilter("vlan 5").appliesToIPPackets)
    }

    @Test(arguments: ["inbound", "outbound and tcp", "port 80 or"])
    func `what cannot be answered is refused`(text: String) {
        #expect(throws: ExpressionError.self) { try PacketFilter(text) }
    }

    @Test func `the length is that which the packet had`() throws {
        let filter = try PacketFilter("greater 1000")
        let packet = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2).frame
        let found = [nil, 999, 1000].map { matches(filter, packet, originalLength: $0) }
        #expect(found == [false, false, true])
    }
}
