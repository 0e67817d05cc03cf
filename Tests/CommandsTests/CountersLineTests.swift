import FoundationEssentials
import Mirroring
import TestSupport
import Testing

@testable import Commands

struct CountersLineTests {
    /// The event as Foundation encodes it.
    private struct Event: Encodable {
        let event = "counters"
        let rules: [RuleCounters]
        let own: Tally
        let evictedFlows: UInt64
    }

    private static let names = [
        "web", "", "a \"quoted\" one", "back\\slash", "10.0.0.0/8", "é", "e\u{301}", "日本", "🛰", "line\nbreak", "\u{1}",
        "\u{7f}", "\u{2028}", "tab\t", "vxlan://[2001:db8::1]:4789?vni=7",
    ]

    @Test
    func `the line of counters is what an encoder writes`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            func number() -> UInt64 {
                switch Int.random(in: 0..<4, using: &random) {
                case 0: 0
                case 1: UInt64.random(in: 0...20, using: &random)
                case 2: UInt64.random(in: 0...UInt64.max, using: &random)
                default: .max
                }
            }
            func tally() -> Tally { Tally(packets: number(), bytes: number()) }
            func target() -> TargetCounters {
                var target = TargetCounters(target: random.pick(Self.names))
                (target.sent, target.truncated, target.wireBytes) = (tally(), number(), number())
                for reason in FailureReason.allCases where random.once(in: 2) { target.failed[reason] = number() }
                return target
            }
            func rule() -> RuleCounters {
                let targets = (0..<Int.random(in: 0...3, using: &random)).map { _ in target() }
                var rule = RuleCounters(rule: random.pick(Self.names), targets: targets)
                (rule.matched, rule.sampledOut, rule.beyondFirst) = (tally(), number(), number())
                (rule.overBudget, rule.expired) = (number(), number())
                return rule
            }
            var counters = MirrorCounters(rules: (0..<Int.random(in: 0...4, using: &random)).map { _ in rule() })
            (counters.own, counters.evictedFlows) = (tally(), number())
            let event = Event(rules: counters.rules, own: counters.own, evictedFlows: counters.evictedFlows)
            #expect(
                try CountersLine.text(counters) == String(decoding: encoder.encode(event), as: UTF8.self),
                "seed \(seed)")
        }
    }
}
