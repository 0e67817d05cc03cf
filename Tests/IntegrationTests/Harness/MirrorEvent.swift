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
        var wireBytes: Int
        var failed: [String: Int]

        var failures: Int { failed.values.reduce(0, +) }
    }

    struct Rule: Decodable, Hashable, Sendable {
        var rule: String
        var matched: Tally
        var sampledOut: Int
        var beyondFirst: Int
        var overBudget: Int
        var expired: Int
        var targets: [Target]
    }

    /// The brake's steps and their reasons.
    struct Brake: Decodable, Hashable, Sendable {
        struct Step: Decodable, Hashable, Sendable {
            var step: String
            var samplingRate: Int?
            var snapLength: Int?
        }

        struct Reason: Decodable, Hashable, Sendable {
            var reason: String
            var interface: String?
        }

        var from: Step
        var to: Step
        var reasons: [Reason]
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
    var evictedFlows: Int?
    var samplingSeed: UInt64?
    var brake: Brake?
    var messages: [String]?
    var reason: String?

    /// Of all rules.
    var matched: Int { (rules ?? []).reduce(0) { $0 + $1.matched.packets } }
    /// Of all rules and targets.
    var sent: Int { targets.reduce(0) { $0 + $1.sent.packets } }
    var sentBytes: Int { targets.reduce(0) { $0 + $1.sent.bytes } }
    var wireBytes: Int { targets.reduce(0) { $0 + $1.wireBytes } }
    var sampledOut: Int { (rules ?? []).reduce(0) { $0 + $1.sampledOut } }
    var beyondFirst: Int { (rules ?? []).reduce(0) { $0 + $1.beyondFirst } }
    var overBudget: Int { (rules ?? []).reduce(0) { $0 + $1.overBudget } }
    var expired: Int { (rules ?? []).reduce(0) { $0 + $1.expired } }
    var truncated: Int { targets.reduce(0) { $0 + $1.truncated } }
    /// Copies that were not sent, by reason, of all rules and targets.
    var failed: [String: Int] {
        targets.reduce(into: [:]) { sum, target in sum.merge(target.failed, uniquingKeysWith: +) }
    }
    private var targets: [Target] { (rules ?? []).flatMap(\.targets) }

    /// The counters of a rule; nil when there is none of that name.
    func rule(_ name: String) -> Rule? { (rules ?? []).first { $0.rule == name } }

    /// Whether every rule's counters add up.
    var addsUp: Bool { (rules ?? []).allSatisfy(\.addsUp) }
}

extension MirrorEvent.Rule {
    /// Whether the counters add up for every target:
    /// matched = sampled out + beyond first + over budget + expired + failed + sent.
    var addsUp: Bool {
        let leftOut = sampledOut + beyondFirst + overBudget + expired
        return targets.allSatisfy { leftOut + $0.failures + $0.sent.packets == matched.packets }
    }
}
