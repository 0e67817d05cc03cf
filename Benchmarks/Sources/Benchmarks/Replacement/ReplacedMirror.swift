import Glibc
import Mirroring
import Rules

/// A mirror in this process whose rules are replaced.
final class ReplacedMirror {
    private let mirror: Mirror

    init(_ list: RuleList) throws {
        mirror = try Mirror(
            MirrorConfiguration(
                interface: "e1", direction: .egress, matcher: .rules(list), targets: [Target("device:t0")]))
        mirror.prepareReplacement()
    }

    /// Replaces the rules, and settles what follows outside of what is measured.
    /// - Returns: milliseconds until the new rules are in force.
    func replace(_ list: RuleList) throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try mirror.replace(.rules(list))
        let time = clock.now - start
        try mirror.settle()
        return time / .microseconds(1) / 1000
    }

    /// Packets by the rule that judged them.
    func matched() throws -> [String: UInt64] {
        var matched: [String: UInt64] = [:]
        for rule in try mirror.counters().rules where rule.matched.packets > 0 {
            matched[rule.rule, default: 0] += rule.matched.packets
        }
        return matched
    }
}
