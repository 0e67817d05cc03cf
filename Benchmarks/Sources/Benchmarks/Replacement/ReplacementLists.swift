import Packets
import Rules

/// Two long lists, and one that differs from the first in a rule.
///
/// In the middle of each is a rule that the probes match, under a name of its own, and at the end one that would match them
/// if that were not there: so it is seen when a packet is judged by parts of two lists.
struct ReplacementLists {
    static let probePort: UInt16 = 4000
    static let caught = "caught"

    let first: RuleList
    /// The first with one rule changed.
    let changed: RuleList
    /// Other rules, as many.
    let other: RuleList

    /// - Parameter count: of rules, at least ten.
    init(_ count: Int) throws {
        let rules = try RuleSet.mixed.rules(2 * count).rules
        var (first, other) = (Array(rules.prefix(count)), Array(rules.suffix(count)))
        let network = try CIDR("192.0.2.0/24")
        let end = Rule(name: Self.caught, destinations: [network], protocols: [IPProtocol.udp])
        first[count - 1] = end
        other[count - 1] = end
        func probe(_ name: String, _ ports: ClosedRange<UInt16>) -> Rule {
            Rule(name: name, destinations: [network], destinationPorts: [ports], protocols: [IPProtocol.udp])
        }
        first[count / 2] = probe("probe", Self.probePort...Self.probePort)
        other[count / 3] = probe("other probe", Self.probePort...Self.probePort)
        var changed = first
        changed[count / 2] = probe("changed probe", Self.probePort...Self.probePort + 9)
        self.first = try RuleList(first)
        self.changed = try RuleList(changed)
        self.other = try RuleList(other)
    }
}
