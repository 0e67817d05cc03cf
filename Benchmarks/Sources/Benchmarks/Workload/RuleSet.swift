import Packets
import Rules

/// The kinds of rule lists that are measured. A quarter of the rules are of IPv6, a third where only networks are named.
///
/// Addresses of rules are in 1.0.0.0 to 126.255.255.255 and in 2001:db8::/32, so that there are strangers to all of them.
enum RuleSet: String, CaseIterable {
    /// Two hosts, two ports and a protocol: what an incident response writes down.
    case exact
    /// Network x network x port range, with the shapes that access lists have (ClassBench, Taylor and Turner, INFOCOM
    /// 2005): sources wide or absent, destinations narrow, ports exact, in ranges, or any.
    case mixed
    /// A destination network alone: a list of customers.
    case prefixes
    /// A source network or a destination network, in turn: a list of what comes from or goes to somewhere. The worst
    /// for our tables (docs/design/rule-tables.md).
    case either

    /// Mixed into the seed of everything that is drawn.
    static let seed: UInt64 = 4

    /// The name in tables.
    var title: String {
        switch self {
        case .exact: "exact 5-tuples"
        case .mixed: "network × network × port range"
        case .prefixes: "destination prefixes"
        case .either: "source or destination prefixes"
        }
    }

    /// What it is, as a part of a sentence.
    var about: String {
        switch self {
        case .exact:
            "Each rule names two hosts, two ports and a protocol (three of four TCP, the others UDP); a quarter are IPv6."
        case .mixed:
            """
            Network × network × port range, in the shapes of access lists as ClassBench describes them: sources are any \
            (one in five), wide or narrow, destinations narrow (/12 to /32), destination ports exact (half), a range \
            (a fifth) or any, source ports mostly any, TCP, UDP, ICMP or any protocol; a quarter are IPv6.
            """
        case .prefixes:
            """
            Each rule names one destination network, /16 to /32, a third of them /24; a third of the rules are IPv6, /48 to \
            /128.
            """
        case .either:
            """
            As destination prefixes, but each rule names a source network or a destination network, drawn with equal \
            chances. Both fields then have rules all over the list, which is the worst for aggregated bit vectors: \
            docs/design/rule-tables.md says why.
            """
        }
    }

    /// So many rules, all of them mirroring; a shorter list is the beginning of a longer one. The first is of IPv4 and,
    /// where protocols are named, of TCP.
    func rules(_ count: Int) throws -> RuleList {
        var random = SeededGenerator(seed: Self.seed << 8 | UInt64(Self.allCases.firstIndex(of: self) ?? 0))
        return try RuleList((0..<count).map { try rule($0, &random) })
    }

    private func rule(_ number: Int, _ random: inout SeededGenerator) throws -> Rule {
        var rule = Rule(name: "r\(number)")
        let isIPv6 = random.isOnce(in: self == .prefixes || self == .either ? 33 : 25) && number > 0
        switch self {
        case .exact:
            rule.sources = [try Self.network(isIPv6, 32, &random)]
            rule.destinations = [try Self.network(isIPv6, 32, &random)]
            rule.sourcePorts = [Self.single(UInt16.random(in: 1024...65535, using: &random))]
            rule.destinationPorts = [Self.single(Self.service(&random))]
            rule.protocols = [random.isOnce(in: 75) || number == 0 ? IPProtocol.tcp : IPProtocol.udp]
        case .mixed:
            if !random.isOnce(in: 20) {
                rule.sources = [
                    try Self.network(isIPv6, random.pick([8, 16, 16, 20, 24, 24, 24, 28, 32, 32]), &random)
                ]
            }
            rule.destinations = [
                try Self.network(isIPv6, random.pick([12, 16, 20, 24, 24, 26, 28, 30, 32, 32]), &random)
            ]
            let icmp = isIPv6 ? IPProtocol.icmpv6 : IPProtocol.icmp
            let protocols = [IPProtocol.tcp, IPProtocol.tcp, IPProtocol.tcp, IPProtocol.udp, IPProtocol.udp, icmp, nil]
            rule.protocols = [number == 0 ? IPProtocol.tcp : random.pick(protocols)].compactMap(\.self)
            guard rule.protocols != [icmp] else { break }
            if random.isOnce(in: 20) { rule.sourcePorts = [1024...65535] }
            switch random.pick(Array(0..<10)) {
            case 0..<5: rule.destinationPorts = [Self.single(Self.service(&random))]
            case 5..<7:
                let low = UInt16.random(in: 1...60000, using: &random)
                rule.destinationPorts = [low...low + UInt16.random(in: 1...5000, using: &random)]
            default: break
            }
        case .prefixes, .either:
            let lengths = [16, 16, 18, 19, 20, 21, 22, 22, 23, 23, 24, 24, 24, 24, 24, 24, 24, 28, 30, 32]
            let network = try Self.network(isIPv6, random.pick(lengths), &random)
            if self == .either, random.isOnce(in: 50) {
                rule.sources = [network]
            } else {
                rule.destinations = [network]
            }
        }
        return rule
    }

    private static func single(_ port: UInt16) -> ClosedRange<UInt16> { port...port }

    private static func service(_ random: inout SeededGenerator) -> UInt16 {
        random.isOnce(in: 60)
            ? random.pick([22, 25, 53, 80, 123, 143, 389, 443, 445, 993, 1521, 3306, 3389, 5432, 6379, 8080, 8443])
            : UInt16.random(in: 1...65535, using: &random)
    }

    /// A network of this length; of IPv6 one that is as narrow: /32 for /8, /64 for /24, /128 for /32.
    private static func network(_ isIPv6: Bool, _ length: Int, _ random: inout SeededGenerator) throws -> CIDR {
        guard isIPv6 else {
            let address =
                UInt32.random(in: 1...126, using: &random) << 24 | UInt32.random(in: 0..<1 << 24, using: &random)
            return try CIDR(.ipv4(address & UInt32.max << UInt32(32 - length)), prefixLength: length)
        }
        let wide = length <= 8 ? 32 : length < 24 ? 32 + (length - 8) * 2 : length < 32 ? 40 + length : 128
        // Few sites, each with many subnets.
        let site = UInt128.random(in: 0..<1 << 12, using: &random) << 84
        let address = 0x2001_0db8 << 96 | site | UInt128.random(in: 0..<1 << 84, using: &random)
        return try CIDR(.ipv6(address & UInt128.max << UInt128(128 - wide)), prefixLength: wide)
    }
}
