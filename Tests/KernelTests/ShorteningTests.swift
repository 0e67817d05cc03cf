import BPF
import Glibc
import KernelABI
import Packets
import TestSupport
import Testing

/// Copies that are cut to a snap length: each is the packet that its sender could have sent with a shorter payload.
struct ShorteningTests {
    /// A packet, and where its headers end.
    struct Case: CustomTestStringConvertible {
        let name: String
        let headers: Int
        /// The frame with so many bytes of payload.
        let frame: @Sendable (Int) -> [UInt8]

        var testDescription: String { name }
    }

    private static let (client, server) = (HandMadeFrames.client, HandMadeFrames.server)
    private static let (client6, server6) = (HandMadeFrames.client6, HandMadeFrames.server6)
    private static let ipv4 = FrameBuilder().ipv4(from: client, to: server)
    private static let ipv6 = FrameBuilder().ipv6(from: client6, to: server6)
    private static let options = FrameBuilder().vlan(7).vlan(8).ipv4(
        from: client, to: server, options: [UInt8](repeating: 1, count: 40))
    private static let extended = FrameBuilder().vlan(9).ipv6(
        from: client6, to: server6, extensions: [IPv6Extension(number: IPProtocol.destinationOptions, length: 24)])

    private static func payload(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) } }

    static let cases: [Case] = [
        Case(name: "TCP over IPv4", headers: 54) { ipv4.tcp(from: 40000, to: 443, payload: payload($0)).frame },
        Case(name: "UDP over IPv4", headers: 42) { ipv4.udp(from: 40000, to: 53, payload: payload($0)).frame },
        Case(name: "TCP over IPv6", headers: 74) { ipv6.tcp(from: 40000, to: 443, payload: payload($0)).frame },
        Case(name: "UDP over IPv6", headers: 62) { ipv6.udp(from: 40000, to: 53, payload: payload($0)).frame },
        Case(name: "TCP behind two tags and options", headers: 102) {
            options.tcp(from: 40000, to: 443, payload: payload($0)).frame
        },
        Case(name: "UDP behind a tag and an extension header", headers: 90) {
            extended.udp(from: 40000, to: 443, payload: payload($0)).frame
        },
    ]

    private static func tunnel(_ snaplen: UInt32, keepsLengths: Bool = false) throws -> LoadedTunnel {
        let tunnel = try LoadedTunnel(
            .tunnel(.vxlan(VXLANHeader(vni: 1)), from: "198.51.100.1", to: "203.0.113.9"))
        var order = copy_order()
        order.snaplen = snaplen
        order.flags = keepsLengths ? UInt32(ORDER_KEEP_LENGTHS) : 0
        try tunnel.order(order)
        return tunnel
    }

    /// Bytes in front of the frame: Ethernet, IPv4, UDP, VXLAN.
    private static let overhead = 50

    @Test(arguments: cases)
    func `a shortened copy is the packet with less payload, lengths and checksums included`(packet: Case) throws {
        let frame = packet.frame(700)
        for left in [0, 1, 2, 33, 300, 699, 700, 701] {
            let sent = try Self.tunnel(UInt32(packet.headers + left)).send(frame)
            let copy = Array(sent.packet.dropFirst(Self.overhead))
            #expect(copy == packet.frame(min(left, 700)), "\(left) bytes of payload")
            #expect(sent.outcome.numbers == outcome.sent(bytes: copy.count), "\(left)")
            #expect(sent.outcome.wire_bytes == UInt64(sent.packet.count))
        }
    }

    @Test(arguments: cases)
    func `with headers, nothing of the payload is left, and headers are never cut`(packet: Case) throws {
        for snaplen in [SNAPLEN_HEADERS, 14, 20, UInt32(packet.headers - 1)] {
            let sent = try Self.tunnel(snaplen).send(packet.frame(512))
            #expect(Array(sent.packet.dropFirst(Self.overhead)) == packet.frame(0), "\(snaplen)")
        }
    }

    @Test(arguments: cases)
    func `lengths can be kept: then a copy is the beginning of its frame`(packet: Case) throws {
        let frame = packet.frame(300)
        let left = packet.headers + 10
        let sent = try Self.tunnel(UInt32(left), keepsLengths: true).send(frame)
        #expect(Array(sent.packet.dropFirst(Self.overhead)) == Array(frame[..<left]))
    }

    @Test
    func `a UDP packet without a checksum stays without one`() throws {
        var frame = Self.ipv4.udp(from: 1, to: 2, payload: Self.payload(100)).frame
        frame.replaceSubrange(40..<42, with: [0, 0])
        var expected = Self.ipv4.udp(from: 1, to: 2, payload: Self.payload(20)).frame
        expected.replaceSubrange(40..<42, with: [0, 0])
        #expect(try Array(Self.tunnel(62).send(frame).packet.dropFirst(Self.overhead)) == expected)
    }

    @Test
    func `fragments keep a multiple of eight bytes, and what their first one says of the datagram`() throws {
        let datagram = Self.ipv4.udp(from: 1, to: 2, payload: Self.payload(400))
        for (number, fragment) in datagram.fragments(of: 160).enumerated() {
            let copy = try Array(Self.tunnel(85).send(fragment).packet.dropFirst(Self.overhead))
            // 34 bytes of headers and 48 of payload, of the 51 that there would be room for.
            #expect(copy.count == 82, "fragment \(number)")
            #expect(Array(copy[34...]) == Array(fragment[34..<82]))
            #expect(Array(copy[16..<18]) == [0, 68])
            var checksum = InternetChecksum()
            checksum.add(Array(copy[14..<34]))
            #expect(checksum.value == 0)
        }
        // Of a later fragment everything is payload.
        let later = try #require(datagram.fragments(of: 160).dropFirst().first)
        #expect(try Self.tunnel(SNAPLEN_HEADERS).send(later).packet.count == Self.overhead + 34)
    }

    /// The kernel does not let the end of packets be changed that are in a tunnel of this host. The checksum of the packet
    /// in there is left to the card: with `tx off` the stack would put it where it no longer belongs.
    @Test(arguments: ["on", "off"])
    func `what this host has put into a tunnel is shortened as well`(card: String) throws {
        try Namespace.run {
            try Namespace.shell(
                """
                sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
                ip link set lo up
                for name in outlet device; do
                    ip link add ${name}0 type veth peer name ${name}1 && ip link set ${name}0 up && ip link set ${name}1 up
                done
                ip addr add 192.0.2.1/24 dev device0 && ip addr add 198.51.100.1/24 dev outlet0
                ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev device0 nud permanent
                ip neigh add 198.51.100.9 lladdr 02:00:00:00:00:08 dev outlet0 nud permanent
                ip link add tunnel0 type vxlan id 7 remote 198.51.100.9 dstport 4789 noudpcsum dev outlet0
                ip link set tunnel0 up
                ethtool -K device0 tx \(card) >/dev/null
                """)
            var target = try target.tunnel(.vxlan(VXLANHeader(vni: 1)), from: "192.0.2.1", to: "192.0.2.9")
            target.ifindex = if_nametoindex("device0")
            let tunnel = try LoadedTunnel(target)
            let attachment = try tunnel.attach(to: if_nametoindex("outlet0"))
            let listener = try FrameSocket("device1")
            let sender = try OffloadSocket("tunnel0", mark: UInt32(TAP_MARK))
            for length in [100, 150, 151, 400, 1300] {
                let frame = Self.ipv4.udp(from: 1, to: 2, payload: Self.payload(length)).frame
                var copies: [[UInt8]] = []
                for snaplen: UInt32 in [0, 128, SNAPLEN_HEADERS] {
                    var order = copy_order()
                    order.snaplen = snaplen
                    try tunnel.order(order)
                    try sender.send(frame, checksumFrom: 34, at: 6)
                    let copy = try #require(listener.receive(), "\(length) bytes, cut to \(snaplen)").dropFirst(
                        Self.overhead)
                    copies.append(Array(copy))
                    // The same as of the whole packet when it is in no tunnel, but for its identification.
                    let expected = try tunnel.send(copies[0]).packet.dropFirst(Self.overhead)
                    #expect(
                        Self.unidentified(copy) == Self.unidentified(expected), "\(length) bytes, cut to \(snaplen)")
                    var checksum = InternetChecksum()
                    checksum.add(Array(copies[copies.count - 1][14..<34]))
                    #expect(checksum.value == 0)
                }
                #expect(copies.map(\.count) == [length + 42 + Self.overhead, min(length + 92, 128), 42])
            }
            try attachment.detach()
        }
    }

    /// A frame of IPv4 without the packet's identification and checksum, and that of a datagram in its tunnel.
    private static func unidentified(_ frame: some Collection<UInt8>) -> [UInt8] {
        let frame = Array(frame)
        return Array(frame[..<18] + frame[20..<24] + frame[26...].prefix(64) + frame.dropFirst(92))
    }

    @Test
    func `padding behind a packet may be cut without a change of its lengths`() throws {
        let packet = Self.ipv4.udp(from: 1, to: 2, payload: [1, 2, 3]).frame
        let padded = packet + [UInt8](repeating: 0, count: 60 - packet.count)
        #expect(try Array(Self.tunnel(50).send(padded).packet.dropFirst(Self.overhead)) == Array(padded[..<50]))
    }

    @Test
    func `of what is not IP, headers are all of ARP and the Ethernet header of the rest`() throws {
        for (name, frame) in HandMadeFrames.all where PacketFields(frame: frame).source == nil && frame.count > 42 {
            let isARP = frame[12] == 8 && frame[13] == 6
            guard isARP || (frame[12] != 0x81 && frame[12] != 0x88 && frame[12] != 0x91) else { continue }
            let sent = try Self.tunnel(SNAPLEN_HEADERS).send(frame)
            #expect(
                Array(sent.packet.dropFirst(Self.overhead)) == Array(frame[..<(isARP ? 42 : 14)]), "\(name)")
        }
    }
}
