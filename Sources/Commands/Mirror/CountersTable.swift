internal import Mirroring

/// The counters of a mirror for people: a row for each rule and target. Columns of a selection show when it left
/// something out.
struct CountersTable {
    let lines: [String]

    /// What a selection can leave out, by the column's heading.
    private static let reasons: [(heading: String, count: any KeyPath<RuleCounters, UInt64> & Sendable)] = [
        ("sampled out", \.sampledOut), ("beyond first", \.beyondFirst), ("over budget", \.overBudget),
        ("expired", \.expired),
    ]

    init(_ counters: MirrorCounters) {
        let reasons = Self.reasons.filter { reason in counters.rules.contains { $0[keyPath: reason.count] > 0 } }
        var table = TextTable(
            ["rule", "target", "matched", "bytes"] + reasons.map(\.heading) + ["sent", "failed", "truncated"])
        for rule in counters.rules {
            for target in rule.targets {
                let failed = target.failed.sorted { $0.key.rawValue < $1.key.rawValue }
                    .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
                table.add(
                    [rule.rule, target.target, "\(rule.matched.packets)", "\(rule.matched.bytes)"]
                        + reasons.map { "\(rule[keyPath: $0.count])" }
                        + ["\(target.sent.packets)", failed.isEmpty ? "0" : failed, "\(target.truncated)"])
            }
        }
        var lines = table.lines
        if counters.own.packets > 0 { lines.append("own copies that came by, not mirrored: \(counters.own.packets)") }
        if counters.evictedFlows > 0 {
            lines.append("flows that the flow table had no room for: \(counters.evictedFlows); see --flows")
        }
        self.lines = lines
    }
}
