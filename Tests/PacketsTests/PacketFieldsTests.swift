import Packets
import TestSupport
import Testing

@Suite struct PacketFieldsTests {
    let client: IPAddress = "10.0.0.1"
    let server: IPAddress = "10.0.0.2"
    let client6: IPAddress = "2001:db8::1"
    let server6: IPAddress = "2001:db8::2"

    func expected(
        _ version: Int, ports: Bool = true, ipProtocol: UInt8 = 6, vlan: UInt16? = nil, flags: UInt8? = 0x10,
        isFragment: Bool = false
    ) -> PacketFields {
        var fields = PacketFields()
        fields.source = version == 4 ? client : client6
        fields.destination = version == 4 ? server : server6
        fields.ipProtocol = ipProtocol
        fields.vlan = vlan
        fields.isFragment = isFragment
        if ports { (fields.sourcePort, fields.destinationPort) = (1000, 443) }
        if ports { fields.tcpFlags = flags }
        return fields
    }

    var ipv4: FrameBuilder { FrameBuilder().ipv4(from: client, to: server).tcp(from: 1000, to: 443) }
    var ipv6: FrameBuilder { FrameBuilder().ipv6(from: client6, to: server6).tcp(from: 1000, to: 443) }

    func ipv6(_ extensions: IPv6Extension...) -> FrameBuilder {
        FrameBuilder().ipv6(from: client6, to: server6, extensions: extensions).tcp(from: 1000, to: 443)
    }

    @Test func `plain packets have all fields`() {
        #expect(PacketFields(frame: ipv4.frame) == expected(4))
        #expect(PacketFields(frame: ipv6.frame) == expected(6))
    }

    @Test func `the outermost tag is the VLAN`() {
        #expect(PacketFields(frame: ipv4.vlan(7).frame) == expected(4, vlan: 7))
        #expect(PacketFields(frame: ipv4.vlan(7, priority: 7, etherType: 0x88a8).vlan(9).frame) == expected(4, vlan: 7))
        #expect(PacketFields(frame: ipv6.vlan(4095, etherType: 0x9100).frame) == expected(6, vlan: 4095))
        #expect(PacketFields(frame: ipv4.vlan(0).frame) == expected(4, vlan: 0))
    }

    @Test func `behind a third tag nothing is IP`() {
        var fields = PacketFields()
        fields.vlan = 1
        #expect(PacketFields(frame: ipv4.vlan(1).vlan(2).vlan(3).frame) == fields)
    }

    @Test func `a tag that is cut off is none`() {
        #expect(PacketFields(frame: Array(ipv4.vlan(7).frame[..<17])) == PacketFields())
        var fields = PacketFields()
        fields.vlan = 7
        #expect(PacketFields(frame: Array(ipv4.vlan(7).vlan(8).frame[..<21])) == fields)
    }

    @Test(arguments: 0...40)
    func `ports come after IPv4 options of any length`(length: Int) {
        let frame = FrameBuilder().ipv4(from: client, to: server, options: [UInt8](repeating: 1, count: length))
        #expect(PacketFields(frame: frame.tcp(from: 1000, to: 443).frame) == expected(4))
    }

    @Test func `an IPv4 header that is none leaves only the VLAN`() {
        for byte: UInt8 in [0x44, 0x40, 0x55, 0x65, 0x05, 0xf5] {
            var frame = ipv4.vlan(3).frame
            frame[18] = byte
            #expect(
                PacketFields(frame: frame)
                    == {
                        var fields = PacketFields(); fields.vlan = 3; return fields
                    }())
        }
    }

    @Test func `options beyond the frame hide the ports only`() {
        var frame = ipv4.frame
        frame[14] = 0x4f
        #expect(PacketFields(frame: frame) == expected(4, ports: false))
    }

    @Test func `only the first IPv4 fragment has ports`() {
        let first = FrameBuilder().ipv4(from: client, to: server, moreFragments: true).tcp(from: 1000, to: 443)
        #expect(PacketFields(frame: first.frame) == expected(4, isFragment: true))
        for (offset, more) in [(1, true), (1, false), (8191, false)] as [(UInt16, Bool)] {
            let later = FrameBuilder()
                .ipv4(from: client, to: server, fragmentOffset: offset, moreFragments: more).tcp(from: 1, to: 2)
            #expect(PacketFields(frame: later.frame) == expected(4, ports: false, isFragment: true))
        }
    }

    @Test func `do not fragment and the reserved bit make no fragment`() {
        var frame = ipv4.frame
        frame[20] = 0xc0
        #expect(PacketFields(frame: frame) == expected(4))
    }

    @Test(arguments: [
        (IPProtocol.hopByHop, 8), (IPProtocol.hopByHop, 2048), (IPProtocol.routing, 24),
        (IPProtocol.authentication, 12),
        (IPProtocol.authentication, 24), (IPProtocol.destinationOptions, 16), (IPProtocol.mobility, 8),
        (IPProtocol.hip, 40), (IPProtocol.shim6, 8),
    ])
    func `an extension header is walked`(number: UInt8, length: Int) {
        #expect(PacketFields(frame: ipv6(IPv6Extension(number: number, length: length)).frame) == expected(6))
    }

    @Test func `eight extension headers are walked and no ninth`() {
        let options = IPv6Extension(number: IPProtocol.destinationOptions, length: 8)
        let eight = FrameBuilder()
            .ipv6(from: client6, to: server6, extensions: Array(repeating: options, count: 8))
        #expect(PacketFields(frame: eight.tcp(from: 1000, to: 443).frame) == expected(6))
        let nine = FrameBuilder()
            .ipv6(from: client6, to: server6, extensions: Array(repeating: options, count: 9))
        #expect(
            PacketFields(frame: nine.tcp(from: 1000, to: 443).frame)
                == expected(6, ports: false, ipProtocol: IPProtocol.destinationOptions))
    }

    @Test func `an extension header that is cut off is the protocol`() {
        let frame = ipv6(
            IPv6Extension(number: IPProtocol.routing, length: 8),
            IPv6Extension(number: IPProtocol.destinationOptions, length: 16)
        ).frame
        // Ethernet 14, IPv6 40, routing 8: the next header needs eight of its bytes, no more.
        #expect(PacketFields(frame: Array(frame[..<69])) == expected(6, ports: false, ipProtocol: 60))
        #expect(PacketFields(frame: Array(frame[..<70])) == expected(6, ports: false, ipProtocol: 6))
        #expect(PacketFields(frame: Array(frame[..<61])) == expected(6, ports: false, ipProtocol: 43))
    }

    @Test func `IPv6 fragments`() {
        #expect(PacketFields(frame: ipv6(.fragment(offset: 0, more: true)).frame) == expected(6, isFragment: true))
        // An atomic fragment is a whole packet.
        #expect(PacketFields(frame: ipv6(.fragment(offset: 0, more: false)).frame) == expected(6))
        let options = IPv6Extension(number: IPProtocol.destinationOptions, length: 8)
        #expect(
            PacketFields(frame: ipv6(.fragment(offset: 1, more: false), options).frame)
                == expected(6, ports: false, ipProtocol: 60, isFragment: true))
        #expect(
            PacketFields(frame: ipv6(options, .fragment(offset: 8191, more: true)).frame)
                == expected(6, ports: false, ipProtocol: 6, isFragment: true))
    }

    @Test func `no next header and ESP end the walk`() {
        for number: UInt8 in [50, 59, 255] {
            let frame = FrameBuilder().ipv6(from: client6, to: server6).transport(number, [1, 2, 3, 4])
            #expect(PacketFields(frame: frame.frame) == expected(6, ports: false, ipProtocol: number))
        }
    }

    @Test(arguments: 0...255 as ClosedRange<UInt8>)
    func `five protocols have ports`(number: UInt8) {
        let frame = FrameBuilder().ipv4(from: client, to: server).transport(number, [0x03, 0xe8, 0x01, 0xbb]).frame
        let hasPorts = [6, 17, 33, 132, 136].contains(number)
        #expect(PacketFields(frame: frame) == expected(4, ports: hasPorts, ipProtocol: number, flags: nil))
        #expect(PacketFields(frame: Array(frame.dropLast())) == expected(4, ports: false, ipProtocol: number))
    }

    @Test func `TCP flags need fourteen bytes`() {
        #expect(PacketFields(frame: Array(ipv4.frame[..<48])) == expected(4))
        #expect(PacketFields(frame: Array(ipv4.frame[..<47])) == expected(4, flags: nil))
    }

    @Test func `total length is not looked at`() {
        var frame = ipv4.frame
        frame[16] = 0
        frame[17] = 1
        #expect(PacketFields(frame: frame) == expected(4))
    }

    @Test func `ARP and empty frames have no fields`() {
        #expect(PacketFields(frame: FrameBuilder().arp(operation: 1, from: client, to: server).frame) == PacketFields())
        for length in 0..<34 {
            #expect(PacketFields(frame: Array(ipv4.frame[..<length])) == PacketFields())
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `random and damaged frames are read without a trap`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<10_000 {
            var frame = generator.frame().frame
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                frame[Int.random(in: 12..<frame.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            let length = Int.random(in: 0...frame.count, using: &generator)
            let whole = PacketFields(frame: frame)
            let part = PacketFields(frame: Array(frame[..<length]))
            // Cutting a frame hides fields and never changes them, but for the protocol of a cut extension chain.
            #expect(part.source == nil || part.source == whole.source, "seed \(seed)")
            #expect(part.sourcePort == nil || part.sourcePort == whole.sourcePort, "seed \(seed)")
            #expect(part.tcpFlags == nil || part.tcpFlags == whole.tcpFlags, "seed \(seed)")
            #expect(part.vlan == nil || part.vlan == whole.vlan, "seed \(seed)")
        }
    }
}
