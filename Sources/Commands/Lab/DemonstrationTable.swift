internal import Mirroring

/// The counters of a demonstration for people: a row for each rule, and one for each end.
struct DemonstrationTable {
    let lines: [String]

    init(_ counters: DemonstrationCounters) {
        var table = TextTable(["", "matched", "bytes", "failed", "sent", "bytes", "received", "bytes", "lost"])
        for rule in counters.rules {
            let sent = rule.targets.reduce(0) { $0 + $1.sent.packets }
            let sentBytes = rule.targets.reduce(0) { $0 + $1.sent.bytes }
            table.add([
                "rule \(rule.rule)", "\(rule.matched.packets)", "\(rule.matched.bytes)", Self.reasons(rule), "\(sent)",
                "\(sentBytes)", "-", "-", "-",
            ])
        }
        table.add([
            "mirror", "\(counters.matched.packets)", "\(counters.matched.bytes)", "\(counters.failed)",
            "\(counters.sent.packets)", "\(counters.sent.bytes)", "-", "-", "-",
        ])
        table.add([
            "collector", "-", "-", "-", "-", "-", "\(counters.received.packets)", "\(counters.received.bytes)",
            "\(counters.lost)",
        ])
        lines = table.lines
    }

    private static func reasons(_ rule: RuleCounters) -> String {
        var sum: [FailureReason: UInt64] = [:]
        for target in rule.targets { sum.merge(target.failed, uniquingKeysWith: +) }
        guard !sum.isEmpty else { return "0" }
        return sum.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
            .joined(separator: ", ")
    }
}
