import BPF
import Glibc
import KernelABI
import Packets
import TestSupport
import Testing

/// Targets that are reached by the kernel's routes, in a network namespace of the test's own.
struct RouteTests {
    private static let header = TunnelHeader.vxlan(VXLANHeader(vni: 1))
    private static let frame = frame(of: 1054)

    /// A frame of so many bytes, right in its lengths and checksums.
    private static func frame(of length: Int) -> [UInt8] {
        FrameBuilder().ipv4(from: HandMadeFrames.client, to: HandMadeFrames.server)
            .tcp(from: 1, to: 2, payload: [UInt8](repeating: 5, count: length - 54)).frame
    }

    /// A way, and what the kernel is told about the neighbour on it.
    struct Way: Sendable, CustomTestStringConvertible {
        let source: IPAddress
        let destination: IPAddress
        let address: String
        let network: String
        var testDescription: String { network }
    }

    static let ways = [
        Way(source: "192.0.2.1", destination: "192.0.2.9", address: "192.0.2.1/24", network: "192.0.2.9/32"),
        Way(
            source: "2001:db8:1::1", destination: "2001:db8:1::9", address: "2001:db8:1::1/64",
            network: "2001:db8:1::9/128"),
    ]

    private static func target(_ way: Way, oversize: oversize = OVERSIZE_TRUNCATE) throws -> target {
        var target = try KernelABI.target.tunnel(header, from: way.source, to: way.destination, oversize: oversize)
        target.path = UInt32(PATH_ROUTE)
        return target
    }

    /// Runs the body where v0 has the way's address and forwards, and the loopback interface is up for test runs.
    private static func inNetwork(_ way: Way, _ body: @escaping () throws -> Void) throws {
        try Namespace.run {
            try Namespace.shell(
                """
                ip link add v0 type veth peer name v1 && ip link set lo up && ip link set v0 up && ip link set v1 up
                sysctl -qw net.ipv4.conf.all.forwarding=1 net.ipv6.conf.all.forwarding=1
                ip addr add \(way.address) dev v0 $(case \(way.address) in *:*) echo nodad;; esac)
                """)
            try body()
        }
    }

    private static func expected(_ way: Way, _ inner: [UInt8]) throws -> [UInt8] {
        try ExpectedPacket(header: header, source: way.source, destination: way.destination)
            .bytes(inner, PacketFields(frame: frame))
    }

    @Test(arguments: ways)
    func `a known neighbour gets the copy, shortened to the route's MTU where it may be`(way: Way) throws {
        try Self.inNetwork(way) {
            try Namespace.shell("ip neigh add \(way.destination) lladdr 02:00:00:00:00:09 dev v0 nud permanent")
            let tunnel = try LoadedTunnel(Self.target(way))
            let sent = try tunnel.send(Self.frame)
            #expect(sent.verdict == LoadedTunnel.redirect)
            #expect(try sent.packet == Self.expected(way, Self.frame))
            #expect(sent.outcome.numbers == outcome.sent(bytes: Self.frame.count))
        }
    }

    @Test(arguments: ways)
    func `copies ask for an unknown neighbour, and the others are counted`(way: Way) throws {
        try Self.inNetwork(way) {
            let tunnel = try LoadedTunnel(Self.target(way))
            let outcomes = try (0..<20).map { _ in try tunnel.send(Self.frame) }
            let (sent, failed) = (
                outcome.sent(bytes: Self.frame.count), outcome.failed(FAILED_NO_NEIGHBOUR)
            )
            #expect(outcomes.first?.outcome.numbers == sent)
            #expect(outcomes.allSatisfy { $0.outcome.numbers == sent || $0.outcome.numbers == failed })
            #expect(outcomes.contains { $0.outcome.numbers == failed && $0.verdict == LoadedTunnel.drop })
        }
    }

    @Test(arguments: ways)
    func `without a route nothing is sent`(way: Way) throws {
        try Self.inNetwork(way) {
            try Namespace.shell("ip route add blackhole \(way.network)")
            #expect(
                try LoadedTunnel(Self.target(way)).send(Self.frame).outcome.numbers == outcome.failed(FAILED_NO_ROUTE))
            try Namespace.shell("ip addr del \(way.address) dev v0 && ip route del blackhole \(way.network)")
            let sent = try LoadedTunnel(Self.target(way)).send(Self.frame)
            #expect(sent.outcome.numbers == outcome.failed(FAILED_NO_ROUTE))
            #expect(sent.verdict == LoadedTunnel.drop && sent.packet == Self.frame)
        }
    }

    @Test(arguments: ways)
    func `a route's MTU that the target did not know is kept`(way: Way) throws {
        try Self.inNetwork(way) {
            try Namespace.shell(
                """
                ip neigh add \(way.destination) lladdr 02:00:00:00:00:09 dev v0 nud permanent
                ip route add \(way.network) dev v0 mtu lock 600 2>/dev/null || ip route add \(way.network) dev v0 mtu 600
                """)
            let tunnel = try LoadedTunnel(Self.target(way))
            let room = (way.source.bitWidth == 32 ? 20 : 40) + 16
            let truncated = try tunnel.send(Self.frame)
            if KernelRelease.running < KernelRelease(5, 12) {
                // The kernel says that it is too large, and not how large it may be.
                #expect(truncated.outcome.numbers == outcome.failed(FAILED_OVERSIZE))
            } else {
                #expect(try truncated.packet == Self.expected(way, Self.frame(of: 600 - room)))
                #expect(truncated.outcome.numbers == outcome.sent(bytes: 600 - room, truncated: true))
            }
            try tunnel.set(Self.target(way, oversize: OVERSIZE_DROP))
            #expect(try tunnel.send(Self.frame).outcome.numbers == outcome.failed(FAILED_OVERSIZE))
            try tunnel.set(Self.target(way, oversize: OVERSIZE_ALLOW))
            #expect(try tunnel.send(Self.frame).outcome.numbers == outcome.sent(bytes: Self.frame.count))
        }
    }

    // MARK: Routes are asked for once a tick

    @Test(arguments: ways)
    func `a route that changed is followed from the next tick on, and one that was missing at once`(way: Way) throws {
        try Self.inNetwork(way) {
            try Namespace.shell("ip neigh add \(way.destination) lladdr 02:00:00:00:00:09 dev v0 nud permanent")
            let tunnel = try LoadedTunnel(Self.target(way))
            let (sent, failed) = (outcome.sent(bytes: Self.frame.count), outcome.failed(FAILED_NO_ROUTE))
            for round in 0..<5 {
                #expect(try tunnel.send(Self.frame).outcome.numbers == sent, "round \(round)")
                try Namespace.shell("ip route add blackhole \(way.network)")
                // Each processor has its own tick to remember, and a test run is on any.
                usleep(20_000)
                for _ in 0..<20 { #expect(try tunnel.send(Self.frame).outcome.numbers == failed, "round \(round)") }
                try Namespace.shell("ip route del blackhole \(way.network)")
                // Nothing of a failure is remembered: this is the same tick, or the next.
            }
        }
    }

    @Test(arguments: ways)
    func `a longer packet than was asked for is asked for again in the same tick`(way: Way) throws {
        guard KernelRelease.running >= KernelRelease(5, 12) else { return }
        try Self.inNetwork(way) {
            try Namespace.shell(
                """
                ip neigh add \(way.destination) lladdr 02:00:00:00:00:09 dev v0 nud permanent
                ip route add \(way.network) dev v0 mtu lock 600 2>/dev/null || ip route add \(way.network) dev v0 mtu 600
                """)
            let tunnel = try LoadedTunnel(Self.target(way))
            let room = (way.source.bitWidth == 32 ? 20 : 40) + 16
            let short = Self.frame(of: 300)
            // Some of so many are in one tick, of some milliseconds.
            for round in 0..<200 {
                let first = try tunnel.send(short)
                #expect(first.outcome.numbers == outcome.sent(bytes: short.count), "round \(round)")
                let second = try tunnel.send(Self.frame)
                #expect(second.outcome.numbers == outcome.sent(bytes: 600 - room, truncated: true), "round \(round)")
            }
        }
    }
}
