import Foundation
import Glibc
import Lab
import Testing

/// The network that most tests use: a sender, the host that is mirrored, a receiver, and a collector.
///
/// The mirrored host has `eth0` to the sender, `eth1` to the receiver and `eth2` to the collector. The collector's link
/// has addresses of both families; what the other two have depends on the kind of site.
struct Site: Sendable {
    /// How frames get from the sender to the receiver.
    enum Kind: Sendable {
        /// Not at all: no addresses, and no host says a word of its own.
        case dead
        /// The mirrored host bridges: every frame leaves it as it came.
        case bridged
        /// The mirrored host routes between 10.1.0.0/24 and 10.2.0.0/24, fd01::/64 and fd02::/64.
        case routed
    }

    static let sender = "sender"
    static let mirror = "mirror"
    static let receiver = "receiver"
    static let collector = "collector"
    static let ownAddresses = ["10.9.0.1", "fd09::1"]
    /// The collector's addresses, IPv4 and IPv6.
    static let collectorAddresses = ["10.9.0.2", "fd09::2"]

    let network: Network

    /// Brings up a site, uses it, and takes it down.
    @discardableResult
    static func with<Value: Sendable>(
        _ kind: Kind, mtu: Int = 1500, collectorMTU: Int = 9200,
        _ work: @escaping @Sendable (Site) async throws -> Value
    ) async throws -> Value {
        // No signals: the test process is not ours to end, and a lab that is left over says so by its name.
        try await Network.with(topology(kind, mtu, collectorMTU), endingOn: []) { network in
            let site = Site(network: network)
            try await site.prepare(kind)
            return try await work(site)
        }
    }

    private static func topology(_ kind: Kind, _ mtu: Int, _ collectorMTU: Int) -> Topology {
        var topology = Topology(hosts: [sender, mirror, receiver, collector])
        let routed = kind == .routed
        topology.link(
            sender, routed ? ["10.1.0.2/24", "fd01::2/64"] : [], mirror, routed ? ["10.1.0.1/24", "fd01::1/64"] : [],
            mtu: mtu)
        topology.link(
            mirror, routed ? ["10.2.0.1/24", "fd02::1/64"] : [], receiver, routed ? ["10.2.0.2/24", "fd02::2/64"] : [],
            mtu: mtu)
        topology.link(
            mirror, ownAddresses.map { $0.contains(":") ? $0 + "/64" : $0 + "/24" }, collector,
            collectorAddresses.map { $0.contains(":") ? $0 + "/64" : $0 + "/24" }, mtu: collectorMTU)
        if routed {
            topology.routeByDefault(sender, by: ["10.1.0.1", "fd01::1"])
            topology.routeByDefault(receiver, by: ["10.2.0.1", "fd02::1"])
            topology.forwarding = [mirror]
        }
        return topology
    }

    private func prepare(_ kind: Kind) async throws {
        if kind != .routed {
            // Frames that hosts send of their own accord would stand between those of the tests.
            for (host, interface) in [("sender", "eth0"), ("mirror", "eth0"), ("mirror", "eth1"), ("receiver", "eth0")]
            {
                try await silence(interface, in: host)
            }
        }
        if kind == .bridged {
            try await ip(in: Self.mirror, "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
            try await silence("br0", in: Self.mirror)
            try await leaveFramesAlone()
            for interface in ["eth0", "eth1"] { try await ip(in: Self.mirror, "link set \(interface) master br0") }
            try await ip(in: Self.mirror, "link set br0 up")
        }
        try await meetCollector()
    }

    /// Where bridges hand IP packets to the firewall, they also cut what follows the packet off its frame.
    private func leaveFramesAlone() async throws {
        try await perform(in: Self.mirror) {
            for family in ["iptables", "ip6tables"] {
                let path = "/proc/sys/net/bridge/bridge-nf-call-\(family)"
                if access(path, F_OK) == 0 { try Data("0".utf8).write(to: URL(fileURLWithPath: path)) }
            }
        }
    }

    /// Has the mirrored host learn the collector's link-layer address, for both families.
    func meetCollector() async throws {
        for address in Self.collectorAddresses {
            try await network.run(in: Self.mirror, ["ping", "-c", "1", "-W", "5", address]).checked()
        }
    }

    /// Takes IPv6 from an interface, and with it everything it would say unasked.
    func silence(_ interface: String, in host: String) async throws {
        try await set("ipv6/conf/\(interface)/disable_ipv6", to: "1", in: host)
    }

    /// Changes a kernel setting of a host, below `/proc/sys/net`.
    func set(_ setting: String, to value: String, in host: String) async throws {
        try await run(in: host, ["sh", "-c", "echo \(value) >/proc/sys/net/\(setting)"])
    }

    /// Runs ip(8) in a host.
    @discardableResult
    func ip(in host: String, _ arguments: String) async throws -> String {
        try await run(in: host, ["ip"] + arguments.split(separator: " ").map(String.init))
    }

    /// Runs tc(8) in a host.
    @discardableResult
    func tc(in host: String, _ arguments: String) async throws -> String {
        try await run(in: host, ["tc"] + arguments.split(separator: " ").map(String.init))
    }

    /// Runs a program in a host, which must succeed, and returns what it wrote.
    @discardableResult
    func run(in host: String, _ command: [String]) async throws -> String {
        try await network.run(in: host, command, limit: .seconds(60)).checked().text
    }

    /// Does blocking work on a thread in a host.
    func perform<Value: Sendable>(
        in host: String, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await network.namespace(host).perform(work)
    }
}
