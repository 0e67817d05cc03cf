extension Lab {
    /// The hosts of a lab. Two labs have the same addresses: they never meet.
    public enum Host: String, Hashable, Sendable, CaseIterable {
        /// Asks for pages and names. Its `eth0` leads to the edge.
        case client
        /// What is to be watched: proxies HTTP and forwards the rest. `eth0` leads to the client, `eth1` to the server,
        /// `eth2` to the collector.
        case edge
        /// Answers. Its `eth0` leads to the edge.
        case server
        /// Where copies go. Its `eth0` leads to the edge.
        case collector
    }

    /// The two address families.
    public enum AddressFamily: String, Hashable, Sendable, CaseIterable, Codable {
        /// IPv4.
        case ipv4
        /// IPv6.
        case ipv6
    }
}

extension Lab.Host {
    /// The number of the link's network, at the edge that of the link to the client.
    private var network: Int {
        switch self {
        case .client, .edge: 1
        case .server: 2
        case .collector: 3
        }
    }

    /// The host's address; the edge's is the one that the client sees.
    public func address(_ family: Lab.AddressFamily) -> String {
        Lab.Host.address(network, self == .edge ? 1 : 2, family)
    }

    /// The edge's address on the link to this host: the next hop to everything else.
    public func gateway(_ family: Lab.AddressFamily) -> String {
        Lab.Host.address(network, 1, family)
    }

    /// The host's name in the lab's DNS, below a domain reserved for such use (RFC 6761).
    public var domainName: String { "\(rawValue).lab.test" }

    private static func address(_ network: Int, _ host: Int, _ family: Lab.AddressFamily) -> String {
        switch family {
        case .ipv4: "10.77.\(network).\(host)"
        case .ipv6: "fd77:\(network)::\(host)"
        }
    }

    /// Both addresses on the link, with their prefix lengths.
    static func addresses(network: Int, host: Int) -> [String] {
        ["\(address(network, host, .ipv4))/24", "\(address(network, host, .ipv6))/64"]
    }
}
