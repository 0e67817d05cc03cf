import BPF
import Glibc
import KernelABI
import Packets
import TestSupport
import Testing

/// Senders leave the checksum of what they send to the network card, which a copy never passes.
struct ChecksumTests {
    private struct Case {
        let name: String
        let frame: [UInt8]
        /// Where the checksum is, and where TCP or UDP begins.
        let checksum: Int
        let transport: Int
    }

    private static let payload: [UInt8] = Array("a payload of odd length, 33 bytes".utf8)

    /// TCP and UDP in every packet that can carry them, with right checksums.
    private static func cases(of lengths: [Int] = [1, 32, 33]) -> [Case] {
        let (client, server) = (HandMadeFrames.client, HandMadeFrames.server)
        let (client6, server6) = (HandMadeFrames.client6, HandMadeFrames.server6)
        let ipv4 = FrameBuilder().ipv4(from: client, to: server)
        let packets: [(String, FrameBuilder, Int)] = [
            ("IPv4", ipv4, 34), ("tagged", FrameBuilder().vlan(5).ipv4(from: client, to: server), 38),
            ("options", FrameBuilder().ipv4(from: client, to: server, options: [1, 1, 1, 1]), 38),
            ("IPv6", FrameBuilder().ipv6(from: client6, to: server6), 54),
            ("IPv6 in two tags", FrameBuilder().vlan(1).vlan(2).ipv6(from: client6, to: server6), 62),
            (
                "extensions",
                FrameBuilder().ipv6(
                    from: client6, to: server6,
                    extensions: [IPv6Extension(number: IPProtocol.destinationOptions, length: 16)]), 70
            ),
            (
                "whole fragment",
                FrameBuilder().ipv6(from: client6, to: server6, extensions: [.fragment(offset: 0, more: false)]), 62
            ),
        ]
        return packets.flatMap { name, packet, transport in
            lengths.flatMap { length -> [Case] in
                let payload = (0..<length).map { Self.payload[$0 % Self.payload.count] }
                let tcp = packet.tcp(from: 40000, to: 443, payload: payload).frame
                let udp = packet.udp(from: 40000, to: 53, payload: payload).frame
                return [
                    Case(name: "\(name), TCP, \(length)", frame: tcp, checksum: transport + 16, transport: transport),
                    Case(name: "\(name), UDP, \(length)", frame: udp, checksum: transport + 6, transport: transport),
                ]
            }
        }
    }

    private let tunnel: LoadedTunnel

    init() throws {
        var device = target()
        (device.kind, device.ifindex) = (TARGET_DEVICE.rawValue, 1)
        tunnel = try LoadedTunnel(device)
    }

    /// The frame with the sum of its pseudo-header in the checksum's place, as Linux leaves it.
    private static func partial(_ whole: Case) -> [UInt8] {
        let fields = PacketFields(frame: whole.frame)
        var sum = InternetChecksum()
        if let source = fields.source, let destination = fields.destination, let number = fields.ipProtocol {
            sum.addPseudoHeader(
                source: source, destination: destination, ipProtocol: number,
                length: whole.frame.count - whole.transport)
        }
        return with(~sum.value, whole)
    }

    private static func with(_ checksum: UInt16, _ whole: Case) -> [UInt8] {
        var frame = whole.frame
        frame.replaceSubrange(whole.checksum..<whole.checksum + 2, with: checksum.bigEndianBytes)
        return frame
    }

    /// Sends frames through the program with their checksum left to the card, and returns what comes out.
    /// Behind each packet comes `padding`, which is none of its bytes.
    private static func complete(_ cases: [Case], padding: [UInt8] = []) throws -> [[UInt8]] {
        try Namespace.run {
            try Namespace.shell("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
            for (one, other) in [("outlet0", "outlet1"), ("device0", "device1")] {
                try Namespace.shell("ip link add \(one) type veth peer name \(other)")
                try Namespace.shell("ip link set \(one) up; ip link set \(other) up")
            }
            var device = target()
            (device.kind, device.ifindex) = (TARGET_DEVICE.rawValue, if_nametoindex("device0"))
            let tunnel = try LoadedTunnel(device)
            let attachment = try tunnel.attach(to: if_nametoindex("outlet0"))
            let listener = try FrameSocket("device1")
            let sender = try OffloadSocket("outlet0", mark: UInt32(TAP_MARK))
            let frames = try cases.map { one in
                try sender.send(
                    partial(one) + padding, checksumFrom: one.transport, at: one.checksum - one.transport)
                return try #require(listener.receive(), "\(one.name)")
            }
            try attachment.detach()
            return frames
        }
    }

    @Test
    func `a checksum that was left to the card is completed`() throws {
        let cases = Self.cases()
        for padding in [[], [UInt8](repeating: 0xee, count: 7)] {
            for (one, frame) in zip(cases, try Self.complete(cases, padding: padding)) {
                #expect(Self.partial(one) != one.frame)
                // The receiving end of a veth keeps the outermost tag beside the bytes.
                let whole = one.name.contains("tag") ? Array(one.frame[..<12] + one.frame[16...]) : one.frame
                #expect(frame == whole + padding, "\(one.name), padding of \(padding.count)")
            }
        }
    }

    static let cuts: [UInt32] = [0, 60, 101, 128, 400, 600, SNAPLEN_HEADERS]

    @Test(arguments: [TunnelHeader.vxlan(VXLANHeader(vni: 1)), .gue(.data(ipProtocol: 4, flags: 0))], cuts)
    func `in a tunnel, whole or cut, it is the same copy as of a packet with its checksum`(
        header: TunnelHeader, snaplen: UInt32
    ) throws {
        try Namespace.run {
            try Namespace.shell(
                """
                sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
                ip link set lo up
                for name in outlet device; do
                    ip link add ${name}0 type veth peer name ${name}1 && ip link set ${name}0 up && ip link set ${name}1 up
                done
                ip addr add 192.0.2.1/24 dev device0
                ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev device0 nud permanent
                """)
            var target = try target.tunnel(header, from: "192.0.2.1", to: "192.0.2.9")
            target.ifindex = if_nametoindex("device0")
            let tunnel = try LoadedTunnel(target)
            let attachment = try tunnel.attach(to: if_nametoindex("outlet0"))
            let listener = try FrameSocket("device1")
            let sender = try OffloadSocket("outlet0", mark: UInt32(TAP_MARK))
            for (flags, padding) in [(0, []), (ORDER_KEEP_LENGTHS, []), (0, [UInt8](repeating: 0xee, count: 7))] {
                var order = copy_order()
                (order.snaplen, order.flags) = (snaplen, UInt32(flags))
                try tunnel.order(order)
                for one in Self.cases(of: [0, 1, 22, 33, 100, 177, 250, 333, 600, 1201]) {
                    try sender.send(
                        Self.partial(one) + padding, checksumFrom: one.transport, at: one.checksum - one.transport)
                    let copy = try #require(listener.receive(), "\(one.name)")
                    let expected = try tunnel.send(one.frame + padding).packet
                    // Test runs send nothing, so no neighbour's address is in front of theirs.
                    #expect(copy[14...] == expected[14...], "\(one.name), padding of \(padding.count)")
                }
            }
            try attachment.detach()
        }
    }

    @Test
    func `a checksum that only looks as if it were left to the card stays as it is`() throws {
        for one in Self.cases() {
            #expect(try tunnel.send(Self.partial(one)).packet == Self.partial(one), "\(one.name)")
        }
    }

    @Test
    func `a checksum that is right or wrong stays as it is`() throws {
        for one in Self.cases() {
            let right = UInt16(one.frame[one.checksum]) << 8 | UInt16(one.frame[one.checksum + 1])
            for checksum in [right, ~right, right &+ 1, 0, 0xffff] {
                let frame = Self.with(checksum, one)
                #expect(try tunnel.send(frame).packet == frame, "\(one.name), \(checksum)")
            }
        }
    }

    @Test
    func `an UDP checksum that comes out as 0 is sent as all ones`() throws {
        // The two last bytes take all values, so that one of them makes the sum come out so.
        let ipv6 = FrameBuilder().ipv6(from: HandMadeFrames.client6, to: HandMadeFrames.server6)
        let zero = (0..<UInt32(65536)).lazy.map { value in
            ipv6.udp(from: 1, to: 2, payload: UInt16(value).bigEndianBytes).frame
        }.first { $0[60] == 0xff && $0[61] == 0xff }
        let frame = try #require(zero)
        let one = Case(name: "", frame: frame, checksum: 60, transport: 54)
        #expect(try Self.complete([one]) == [frame])
    }

    @Test
    func `fragments, and packets of which a part is missing, stay as they are`() throws {
        let ipv4 = FrameBuilder().ipv4(from: HandMadeFrames.client, to: HandMadeFrames.server)
        let one = Case(
            name: "", frame: ipv4.udp(from: 1, to: 2, payload: Self.payload).frame, checksum: 40, transport: 34)
        let partial = Self.partial(one)
        for length in 34..<partial.count {
            let cut = Array(partial[..<length])
            #expect(try tunnel.send(cut).packet == cut, "\(length) bytes")
        }
        for flags: [UInt8] in [[0x20, 0], [0x20, 1], [0, 1]] {
            var fragment = partial
            fragment.replaceSubrange(20..<22, with: flags)
            #expect(try tunnel.send(fragment).packet == fragment, "\(flags)")
        }
    }
}
