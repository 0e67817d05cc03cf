import Packets
import Rules

/// Long lists: three that differ in one rule, and two of which nothing is the same.
///
/// In the middle of each is a rule that the probes match, under a name of its own, and at the end one that would match them
/// if that were not there: so it is seen when a packet is judged by parts of two lists.
struct ReplacementLists {
    static let probePort: UInt16 = 4000

    let first: RuleList
    /// The first with one rule changed, in two ways.
    let changed: [RuleList]
    /// Other rules, as many.
    let other: [RuleList]

    /// The names of the rules that are to have the probes.
    static let probes = ["probe", "changed probe 0", "changed probe 1", "other probe 0", "other probe 1"]

    /// - Parameter count: of rules, at least ten.
    init(_ count: Int) throws {
        let rules = try RuleSet.mixed.rules(2 * count).rules
        let network = try CIDR("192.0.2.0/24")
        let end = Rule(name: "end", destinations: [network], protocols: [IPProtocol.udp])
        func probe(_ name: String, _ ports: ClosedRange<UInt16>) -> Rule {
            Rule(name: name, destinations: [network], destinationPorts: [ports], protocols: [IPProtocol.udp])
        }
        func list(_ rules: some Collection<Rule>, _ place: Int, _ probe: Rule) throws -> RuleList {
            var list = Array(rules)
            list[place] = probe
            list[count - 1] = end
            return try RuleList(list)
        }
        let port = Self.probePort
        first = try list(rules.prefix(count), count / 2, probe("probe", port...port))
        changed = try (0..<2).map { index in
            try list(rules.prefix(count), count / 2, probe("changed probe \(index)", port - UInt16(index)...port + 9))
        }
        let others = rules.suffix(count)
        other = [
            try list(others, count / 3, probe("other probe 0", port...port)),
            try list(others.reversed(), count / 4, probe("other probe 1", port...port)),
        ]
    }
}
