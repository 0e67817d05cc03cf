import Lab
import Measuring
import Traffic

/// A way to make copies on an edge.
protocol CopyMethod: Sendable {
    /// Copies that it makes of each packet that leaves by eth0.
    var copies: Int { get }
    /// What makes them in a thread of this program; nil when the kernel does.
    var copier: CopierThread? { get }

    /// Begins; the end comes with the network.
    ///
    /// - Throws: `MethodUnavailable` when the machine does not have it.
    func begin(_ host: EdgeHost, _ conditions: Conditions) async throws
}

extension CopyMethod {
    var copier: CopierThread? { nil }
}

/// No copies: the baseline.
struct NoCopies: CopyMethod {
    let copies = 0
    func begin(_ host: EdgeHost, _ conditions: Conditions) {}
}

/// Mirrors of ours on eth0.
struct PeriscopeMirrors: CopyMethod {
    let copies: Int
    /// For each mirror what follows `mirror eth0`.
    let arguments: [[String]]

    /// - Parameter copies: of each packet, by all mirrors together.
    init(copies: Int = 1, _ arguments: [String]...) {
        self.init(copies: copies, all: arguments)
    }

    init(copies: Int, all arguments: [[String]]) {
        self.copies = copies
        self.arguments = arguments
    }

    func begin(_ host: EdgeHost, _ conditions: Conditions) async throws {
        for arguments in arguments {
            _ = try await MirrorRun.start(conditions, in: host.network, host.name, ["eth0"] + arguments)
        }
    }
}

/// A classifier of tc(8) and its action mirred, into the kernel's VXLAN device.
struct TrafficControl: CopyMethod {
    let copies = 1
    /// The classifier and what it matches: UDP over IPv4.
    let filter: String

    func begin(_ host: EdgeHost, _ conditions: Conditions) async throws {
        try await host.makeTunnel()
        try await host.command("tc qdisc add dev eth0 clsact")
        let words = "tc filter add dev eth0 egress protocol ip \(filter) action mirred egress mirror dev vx0"
        try await host.need(words.split(separator: " ").map(String.init))
    }
}

/// nftables' `dup` in a chain of the netdev family, into the kernel's VXLAN device.
struct NFTables: CopyMethod {
    let copies = 1

    func begin(_ host: EdgeHost, _ conditions: Conditions) async throws {
        try await host.makeTunnel()
        for part in [
            "add table netdev t", "add chain netdev t c { type filter hook egress device eth0 priority 0 ; }",
            "add rule netdev t c udp dport 9 dup to vx0",
        ] { try await host.need(["nft", part]) }
    }
}

/// iptables' target TEE. It sends copies as they are, to a next hop, so there is no tunnel to be paid for.
struct Tee: CopyMethod {
    let copies = 1

    func begin(_ host: EdgeHost, _ conditions: Conditions) async throws {
        let words = "iptables -t mangle -A POSTROUTING -o eth0 -p udp -j TEE --gateway \(EdgeSite.target)"
        try await host.need(words.split(separator: " ").map(String.init))
    }
}

/// A packet socket and a thread of this program.
final class PacketSocketCopies: CopyMethod {
    let copies = 1
    let thread = CopierThread()
    var copier: CopierThread? { thread }

    func begin(_ host: EdgeHost, _ conditions: Conditions) async throws {
        try await thread.start(in: host.network.namespace(host.name))
    }
}
