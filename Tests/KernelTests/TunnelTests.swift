import BPF
import KernelABI
import Packets
import TestSupport
import Testing

/// The packets that the tunnel program makes of copies.
struct TunnelTests {
    private static let option = try? GeneveOption(optionClass: 0x0102, type: 3, data: [1, 2, 3, 4])
    static let headers: [TunnelHeader] = [
        .vxlan(VXLANHeader(vni: 0x123456)), .geneve(GeneveHeader(vni: 77)),
        .geneve(GeneveHeader(vni: 1), options: option.map { [$0] } ?? []),
        .gue(.data(ipProtocol: 4, flags: 0)), .gue(.data(ipProtocol: 4, flags: 1), extensions: [0, 0, 0, 9]),
        .gue(.direct(version: 4)),
    ]
    static let ways: [(IPAddress, IPAddress)] = [
        ("198.51.100.1", "203.0.113.9"), ("2001:db8:1::1", "2001:db8:2:3:4:5:6:7"),
    ]
    private static let ipv4 = FrameBuilder().ipv4(from: HandMadeFrames.client, to: HandMadeFrames.server)
    private static let ipv6 = FrameBuilder().ipv6(from: HandMadeFrames.client6, to: HandMadeFrames.server6)

    private static func isGUE(_ header: TunnelHeader) -> Bool {
        if case .gue = header { true } else { false }
    }

    /// What the tunnel carries of a frame: GUE has no place for Ethernet headers and tags.
    private static func inner(_ header: TunnelHeader, _ frame: [UInt8]) -> [UInt8] {
        guard isGUE(header) else { return frame }
        var offset = 12
        while frame[offset] == 0x81 || frame[offset] == 0x88 { offset += 4 }
        return Array(frame[(offset + 2)...])
    }

    @Test(arguments: headers, ways)
    func `every byte of the packet is right`(header: TunnelHeader, way: (IPAddress, IPAddress)) throws {
        let tunnel = try LoadedTunnel(.tunnel(header, from: way.0, to: way.1), number: 3)
        let expected = ExpectedPacket(header: header, source: way.0, destination: way.1)
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            // Odd lengths too, for the checksum.
            let frame = random.frame().frame
            let inner = Self.inner(header, frame)
            let sent = try tunnel.send(frame)
            #expect(sent.verdict == LoadedTunnel.redirect)
            #expect(try sent.packet == expected.bytes(inner, PacketFields(frame: frame)), "seed \(seed): \(frame)")
            #expect(sent.outcome.numbers == outcome.sent(bytes: inner.count), "seed \(seed)")
            #expect(sent.context.mark == COPY_MARK)
        }
    }

    @Test(arguments: headers, ways)
    func `a large packet's checksum goes over all of it`(header: TunnelHeader, way: (IPAddress, IPAddress)) throws {
        let tunnel = try LoadedTunnel(.tunnel(header, from: way.0, to: way.1))
        let expected = ExpectedPacket(header: header, source: way.0, destination: way.1)
        var random = SeededGenerator(seed: 1)
        // Around the 128 bytes that the sum is made of, and as much as test runs take.
        for length in Array(40...300) + [1399, 1400, 2048, 3001] {
            let frame = Self.ipv4.udp(from: 1, to: 2, payload: random.bytes(length)).frame
            let sent = try tunnel.send(frame)
            let packet = try expected.bytes(Self.inner(header, frame), PacketFields(frame: frame))
            #expect(sent.packet == packet, "\(length) bytes")
        }
    }

    @Test(arguments: headers, ways)
    func `a frame of any length is in the packet, whether its buffer has room in front or not`(
        header: TunnelHeader, way: (IPAddress, IPAddress)
    ) throws {
        let tunnel = try LoadedTunnel(.tunnel(header, from: way.0, to: way.1))
        let expected = ExpectedPacket(header: header, source: way.0, destination: way.1)
        var random = SeededGenerator(seed: 2)
        // Datagrams of this host and what came in take different ways up to 256 bytes, and the same beyond.
        for interface in [UInt32(0), 1] {
            for length in Array(0...40) + Array(190...230) {
                for packet in [Self.ipv4, Self.ipv6] {
                    let frame = packet.udp(from: 1, to: 2, payload: random.bytes(length)).frame
                    let sent = try tunnel.send(frame, arrivedAt: interface)
                    let packet = try expected.bytes(Self.inner(header, frame), PacketFields(frame: frame))
                    #expect(sent.packet == packet, "\(frame.count) bytes, interface \(interface)")
                }
            }
        }
    }

    @Test(arguments: ways)
    func `frames that are not IP travel whole, or not at all`(way: (IPAddress, IPAddress)) throws {
        for header in Self.headers {
            let tunnel = try LoadedTunnel(.tunnel(header, from: way.0, to: way.1))
            for (name, frame) in HandMadeFrames.all
            where PacketFields(frame: frame).source == nil && ![4, 6].contains(frame[14] >> 4) {
                let sent = try tunnel.send(frame)
                if Self.isGUE(header) {
                    #expect(sent.outcome.numbers == outcome.failed(FAILED_NOT_CARRIED), "\(name)")
                    #expect(sent.verdict == LoadedTunnel.drop)
                } else {
                    let expected = ExpectedPacket(header: header, source: way.0, destination: way.1)
                    #expect(try sent.packet == expected.bytes(frame, PacketFields(frame: frame)), "\(name)")
                    #expect(sent.outcome.numbers == outcome.sent(bytes: frame.count), "\(name)")
                }
            }
        }
    }

    @Test
    func `both directions and all fragments of a flow have one source port, which a target may fix`() throws {
        let way = Self.ways[0]
        let tunnel = try LoadedTunnel(.tunnel(Self.headers[0], from: way.0, to: way.1))
        func port(_ frame: [UInt8]) throws -> UInt16 {
            let packet = try tunnel.send(frame).packet
            return UInt16(packet[34]) << 8 | UInt16(packet[35])
        }
        let (client, server) = (HandMadeFrames.client, HandMadeFrames.server)
        let back = FrameBuilder().ipv4(from: server, to: client).tcp(from: 443, to: 40000).frame
        let there = try port(Self.ipv4.tcp(from: 40000, to: 443).frame)
        #expect(try port(back) == there)
        #expect(there >= 49152)
        #expect(try port(Self.ipv4.tcp(from: 40001, to: 443).frame) != there)
        let datagram = Self.ipv4.udp(from: 40000, to: 53, payload: [UInt8](repeating: 7, count: 100))
        #expect(try Set(datagram.fragments(of: 40).map(port)).count == 1)
        // An IPv6 packet that says it is a whole fragment is none.
        let whole = FrameBuilder().ipv6(
            from: HandMadeFrames.client6, to: HandMadeFrames.server6, extensions: [.fragment(offset: 0, more: false)])
        #expect(try port(whole.tcp(from: 5, to: 6).frame) == port(Self.ipv6.tcp(from: 5, to: 6).frame))

        for way in Self.ways {
            try tunnel.set(.tunnel(Self.headers[0], from: way.0, to: way.1, sourcePort: 1234))
            let expected = ExpectedPacket(
                header: Self.headers[0], source: way.0, destination: way.1, sourcePort: 1234)
            #expect(try tunnel.send(back).packet == expected.bytes(back, PacketFields(frame: back)))
        }
    }

    /// The packet of the next test when its frame has so many bytes: with right lengths as far as there are headers.
    private static func ipv4TCP(cutTo length: Int) -> [UInt8] {
        if length >= 54 {
            return ipv4.tcp(from: 1, to: 2, payload: [UInt8](repeating: 9, count: length - 54)).frame
        }
        var frame = Array(ipv4.tcp(from: 1, to: 2, payload: [UInt8](repeating: 9, count: 501)).frame[..<length])
        guard length >= 34 else { return frame }
        frame.replaceSubrange(16..<18, with: UInt16(length - 14).bigEndianBytes)
        frame.replaceSubrange(24..<26, with: [0, 0])
        var checksum = InternetChecksum()
        checksum.add(Array(frame[14..<34]))
        frame.replaceSubrange(24..<26, with: checksum.value.bigEndianBytes)
        return frame
    }

    @Test(arguments: headers, ways)
    func `copies that are too large are truncated, dropped or sent, as the target says`(
        header: TunnelHeader, way: (IPAddress, IPAddress)
    ) throws {
        let frame = Self.ipv4.tcp(from: 1, to: 2, payload: [UInt8](repeating: 9, count: 501)).frame
        let inner = Self.inner(header, frame)
        let expected = ExpectedPacket(header: header, source: way.0, destination: way.1)
        let fields = PacketFields(frame: frame)
        let whole = try expected.bytes(inner, fields)
        let room = whole.count - inner.count - Ethernet.headerLength
        let tunnel = try LoadedTunnel(.tunnel(header, from: way.0, to: way.1))
        // Less than an Ethernet header is no frame.
        let least = Self.isGUE(header) ? 1 : Ethernet.headerLength
        let edges = [inner.count + 1, inner.count, inner.count - 1, least, least - 1].map { room + $0 }
        for mtu in edges + [300, room, 40] {
            func send(_ oversize: oversize) throws -> LoadedTunnel.Sent {
                try tunnel.set(.tunnel(header, from: way.0, to: way.1, mtu: UInt32(mtu), oversize: oversize))
                return try tunnel.send(frame)
            }
            let carried = mtu - room
            let (truncated, dropped, allowed) = (
                try send(OVERSIZE_TRUNCATE), try send(OVERSIZE_DROP), try send(OVERSIZE_ALLOW)
            )
            #expect(allowed.packet == whole && allowed.outcome.numbers == outcome.sent(bytes: inner.count))
            if carried >= inner.count {
                #expect(truncated.packet == whole && dropped.packet == whole, "\(mtu)")
                #expect(truncated.outcome.numbers == outcome.sent(bytes: inner.count), "\(mtu)")
            } else {
                #expect(dropped.outcome.numbers == outcome.failed(FAILED_OVERSIZE), "\(mtu)")
                #expect(dropped.verdict == LoadedTunnel.drop, "\(mtu)")
                if carried >= least {
                    let left = Self.ipv4TCP(cutTo: frame.count - inner.count + carried)
                    #expect(try truncated.packet == expected.bytes(Self.inner(header, left), fields), "\(mtu)")
                    #expect(truncated.outcome.numbers == outcome.sent(bytes: carried, truncated: true), "\(mtu)")
                } else {
                    #expect(truncated.outcome.numbers == outcome.failed(FAILED_OVERSIZE), "\(mtu)")
                }
            }
        }
    }

    @Test
    func `a target that cannot be reached says why, and an interface gets the bare frame`() throws {
        let frame = Self.ipv4.tcp(from: 1, to: 2).frame
        let tunnel = try LoadedTunnel(target())
        for reason in 0..<FAILURE_COUNT.rawValue {
            var unusable = try target.tunnel(Self.headers[0], from: Self.ways[0].0, to: Self.ways[0].1)
            unusable.unusable = reason + 1
            try tunnel.set(unusable)
            let sent = try tunnel.send(frame)
            #expect(sent.outcome.numbers == outcome.failed(failure(rawValue: reason)))
            #expect(sent.verdict == LoadedTunnel.drop && sent.packet == frame)
        }
        var device = target()
        (device.kind, device.ifindex) = (TARGET_DEVICE.rawValue, 1)
        try tunnel.set(device)
        for (name, frame) in HandMadeFrames.all where PacketFields(frame: frame).source != nil {
            let sent = try tunnel.send(frame)
            #expect(sent.verdict == LoadedTunnel.redirect && sent.packet == frame, "\(name)")
            #expect(sent.outcome.numbers == outcome.sent(bytes: frame.count), "\(name)")
        }
    }

    @Test(arguments: [0, 1, UInt32(TAP_MARK) | 16, UInt32(TAP_MARK) | 0xff, UInt32(COPY_MARK)])
    func `what is no copy ends at the tap device, and is not counted`(mark: UInt32) throws {
        let tunnel = try LoadedTunnel(.tunnel(Self.headers[0], from: Self.ways[0].0, to: Self.ways[0].1))
        let frame = Self.ipv4.tcp(from: 1, to: 2).frame
        let sent = try tunnel.send(frame, mark: mark)
        #expect(sent.verdict == LoadedTunnel.drop && sent.packet == frame)
        #expect(sent.outcome.numbers.allSatisfy { $0 == 0 })
    }

    @Test
    func `a lone segment no longer asks to be cut`() throws {
        for way in Self.ways {
            let tunnel = try LoadedTunnel(.tunnel(Self.headers[0], from: way.0, to: way.1))
            let frame = Self.ipv4.tcp(from: 1, to: 2, payload: [UInt8](repeating: 1, count: 700)).frame
            let sent = try tunnel.send(frame, gsoSize: 1000)
            let expected = ExpectedPacket(header: Self.headers[0], source: way.0, destination: way.1)
            #expect(try sent.packet == expected.bytes(frame, PacketFields(frame: frame)))
            // The kernel tells of segments, and not of their size.
            #expect(sent.context.gsoSegments == 0)
        }
    }
}
