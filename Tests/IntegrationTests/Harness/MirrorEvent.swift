/// A line that `periscope mirror --json` prints; the keys are those of docs/json.md, read independently here.
struct MirrorEvent: Decodable, Sendable {
    struct Tally: Decodable, Hashable, Sendable {
        var packets = 0
        var bytes = 0
    }

    struct Target: Decodable, Hashable, Sendable {
        var target: String
        var sent: Tally
        var truncated: Int
        var failed: [String: Int]

        var failures: Int { failed.values.reduce(0, +) }
    }

    struct Rule: Decodable, Hashable, Sendable {
        var rule: String
        var matched: Tally
        var targets: [Target]
    }

    struct Way: Decodable, Hashable, Sendable {
        var target: String
        var interface: String
        var source: String?
        var mtu: Int
        var unusable: String?
    }

    var event: String
    var interface: String?
    var tap: String?
    var ways: [Way]?
    var rules: [Rule]?
    var own: Tally?
    var messages: [String]?
    var reason: String?

    /// Of all rules.
    var matched: Int { (rules ?? []).reduce(0) { $0 + $1.matched.packets } }
    /// Of all rules and targets.
    var sent: Int { targets.reduce(0) { $0 + $1.sent.packets } }
    var sentBytes: Int { targets.reduce(0) { $0 + $1.sent.bytes } }
    var truncated: Int { targets.reduce(0) { $0 + $1.truncated } }
    /// Copies that were not sent, by reason, of all rules and targets.
    var failed: [String: Int] {
        targets.reduce(into: [:]) { sum, target in sum.merge(target.failed, uniquingKeysWith: +) }
    }
    private var targets: [Target] { (rules ?? []).flatMap(\.targets) }

    /// Whether every rule's counters add up for every target: matched = failed + sent.
    var addsUp: Bool {
        (rules ?? []).allSatisfy { rule in
            rule.targets.allSatisfy { $0.failures + $0.sent.packets == rule.matched.packets }
        }
    }
}
