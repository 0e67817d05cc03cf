import Packets
import TestSupport
import Testing

@Suite struct TunnelTests {
    static let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").tcp(from: 1, to: 2).frame
    static let packet = Array(frame.dropFirst(14))

    func decode(_ tunnel: Tunnel, _ bytes: [UInt8]) -> Decapsulation {
        Decapsulation(tunnel, payload: bytes.span.bytes)
    }

    @Test func `headers that are encoded decode to the same`() throws {
        let option = try GeneveOption(optionClass: 0x0102, type: 3, data: [1, 2, 3, 4])
        #expect(
            decode(.vxlan, VXLANHeader(vni: 0xffffff).encoded + Self.frame)
                == .packet(vni: 0xffffff, link: .ethernet, offset: 8))
        #expect(
            decode(.geneve, try GeneveHeader(vni: 7).encoded() + Self.frame)
                == .packet(vni: 7, link: .ethernet, offset: 8))
        #expect(
            decode(
                .geneve, try GeneveHeader(vni: 7, protocolType: Ethernet.ipv4).encoded(options: [option]) + Self.packet)
                == .packet(vni: 7, link: .ip, offset: 16))
        #expect(
            decode(.gue, try GUEHeader.data(ipProtocol: 4, flags: 0).encoded() + Self.packet)
                == .packet(vni: nil, link: .ip, offset: 4))
        #expect(
            decode(.gue, try GUEHeader.data(ipProtocol: 143, flags: 0).encoded(extensions: [0, 0, 0, 9]) + Self.frame)
                == .packet(vni: nil, link: .ethernet, offset: 8))
        #expect(decode(.gue, Self.packet) == .packet(vni: nil, link: .ip, offset: 0))
    }

    @Test func `bytes on the wire are those of the RFCs`() throws {
        #expect(VXLANHeader(vni: 0x123456).encoded == [8, 0, 0, 0, 0x12, 0x34, 0x56, 0])
        let option = try GeneveOption(optionClass: 0x0103, type: 0x81, data: [9, 9, 9, 9])
        #expect(
            try GeneveHeader(vni: 0x123456, isControl: true).encoded(options: [option])
                == [2, 0xc0, 0x65, 0x58, 0x12, 0x34, 0x56, 0, 1, 3, 0x81, 1, 9, 9, 9, 9])
        #expect(
            try GUEHeader.data(ipProtocol: 41, flags: 1).encoded(extensions: [1, 2, 3, 4]) == [1, 41, 0, 1, 1, 2, 3, 4])
        #expect(try GUEHeader.control(type: 5, flags: 0).encoded() == [0x20, 5, 0, 0])
        #expect(try GUEHeader.direct(version: 4).encoded() == [])
    }

    @Test(arguments: [
        (Tunnel.vxlan, [8, 0, 0, 0, 0, 0, 1], TunnelMalformation.truncatedHeader),
        (.vxlan, [0xf7, 0, 0, 0, 0, 0, 1, 0] + frame, .noVNI),
        (.vxlan, [8, 0, 0, 0, 0, 0, 1, 0] + frame[..<13], .truncatedInner),
        (.geneve, [0, 0, 0x65, 0x58, 0, 0, 1], .truncatedHeader),
        (.geneve, [0x40, 0, 0x65, 0x58, 0, 0, 1, 0] + frame, .unknownVersion),
        (.geneve, [63, 0, 0x65, 0x58, 0, 0, 1, 0] + frame, .truncatedOptions),
        (.geneve, [1, 0, 0x65, 0x58, 0, 0, 1, 0, 0, 0, 0, 1] + frame, .optionLength),
        (.geneve, [0, 0x80, 0x65, 0x58, 0, 0, 1, 0] + frame, .controlMessage),
        (.geneve, [0, 0x40, 0x65, 0x58, 0, 0, 1, 0] + frame, .criticalOption),
        (.geneve, [1, 0, 0x65, 0x58, 0, 0, 1, 0, 0, 0, 0x80, 0] + frame, .criticalOption),
        (.geneve, [0, 0, 0x88, 0x47, 0, 0, 1, 0] + frame, .unknownProtocol),
        (.geneve, [0, 0, 0x86, 0xdd, 0, 0, 1, 0] + packet, .innerVersion),
        (.geneve, [0, 0, 0x08, 0x00, 0, 0, 1, 0], .truncatedInner),
        (.gue, [0, 4, 0], .truncatedHeader), (.gue, [0x80, 4, 0, 0] + packet, .unknownVersion),
        (.gue, [0x50, 4, 0, 0], .unknownVersion), (.gue, [0x70], .unknownVersion), (.gue, [0xff], .unknownVersion),
        (.gue, [31, 4, 0, 0] + packet, .truncatedOptions), (.gue, [0, 4, 0, 1] + packet, .optionLength),
        (.gue, [1, 4, 0x80, 0, 0, 0, 0, 0] + packet, .unknownFlags), (.gue, [0x20, 4, 0, 0] + packet, .controlMessage),
        (.gue, [0, 17, 0, 0] + packet, .unknownProtocol), (.gue, [0, 41, 0, 0] + packet, .innerVersion),
        (.gue, [0, 4, 0, 0], .truncatedInner), (.gue, [0, 143, 0, 0] + frame[..<13], .truncatedInner),
    ])
    func `what is malformed is named`(tunnel: Tunnel, bytes: [UInt8], reason: TunnelMalformation) {
        #expect(decode(tunnel, bytes) == .malformed(reason))
    }

    @Test(arguments: Tunnel.allCases)
    func `an empty datagram is a probe`(tunnel: Tunnel) {
        #expect(decode(tunnel, []) == .probe)
    }

    @Test(arguments: Tunnel.allCases)
    func `random bytes never trap and never point outside`(tunnel: Tunnel) {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<100_000 {
            var bytes = generator.bytes(Int.random(in: 0...80, using: &generator))
            // Half of them get far enough to have options.
            if bytes.count > 8, generator.once(in: 2) { (bytes[0], bytes[2], bytes[3]) = (bytes[0] & 0x0f, 0, 0) }
            if case .packet(_, _, let offset, _) = decode(tunnel, bytes) { #expect(offset < bytes.count) }
        }
    }

    @Test func `headers that cannot be are refused`() throws {
        #expect(throws: PacketError.self) { try GeneveOption(optionClass: 0, type: 0, data: [1]) }
        #expect(throws: PacketError.self) {
            try GeneveOption(optionClass: 0, type: 0, data: Array(repeating: 0, count: 128))
        }
        let option = try GeneveOption(optionClass: 0, type: 0, data: Array(repeating: 0, count: 124))
        #expect(try GeneveHeader(vni: 0).encoded(options: [option]).count == 136)
        #expect(throws: PacketError.self) { try GeneveHeader(vni: 0).encoded(options: [option, option]) }
        #expect(throws: PacketError.self) { try GUEHeader.direct(version: 4).encoded(extensions: [0, 0, 0, 0]) }
        #expect(throws: PacketError.self) { try GUEHeader.data(ipProtocol: 4, flags: 0).encoded(extensions: [0]) }
        #expect(throws: PacketError.self) {
            try OuterHeader(.vxlan(VXLANHeader(vni: 1)), source: "10.0.0.1", destination: "::1")
        }
    }

    @Test(arguments: [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")])
    func `an outer header is what the frame builder writes, without lengths and checksums`(
        source: String, destination: String
    ) throws {
        let (source, destination) = (try IPAddress(source), try IPAddress(destination))
        let headers: [TunnelHeader] = [
            .vxlan(VXLANHeader(vni: 77)), .geneve(GeneveHeader(vni: 77)), .gue(.data(ipProtocol: 4, flags: 0)),
            .gue(.direct(version: 4)),
        ]
        for header in headers {
            let outer = try OuterHeader(header, source: source, destination: destination, sourcePort: 50000)
            let zero = FrameBuilder().ethernet(from: MACAddress(0), to: MACAddress(0))
            let isIPv4 = source.bitWidth == 32
            let network = isIPv4 ? zero.ipv4(from: source, to: destination) : zero.ipv6(from: source, to: destination)
            var built = network.udp(
                from: 50000, to: header.tunnel.port, payload: try header.encoded(), checksum: false
            ).frame
            for index in isIPv4 ? [16, 17, 24, 25] : [18, 19] { built[index] = 0 }
            for index in [outer.udpOffset + 4, outer.udpOffset + 5] { built[index] = 0 }
            // The builder lets routers fragment, a copy must not be.
            if isIPv4 { built[20] = 0x40 }
            #expect(outer.bytes == built)
        }
    }
}
