internal import Mirroring

/// The counters of a mirror for people: a row for each rule and target.
struct CountersTable {
    let lines: [String]

    init(_ counters: MirrorCounters) {
        var table = TextTable(["rule", "target", "matched", "bytes", "sent", "failed", "truncated"])
        for rule in counters.rules {
            for target in rule.targets {
                let reasons = target.failed.sorted { $0.key.rawValue < $1.key.rawValue }
                    .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
                table.add([
                    rule.rule, target.target, "\(rule.matched.packets)", "\(rule.matched.bytes)",
                    "\(target.sent.packets)", reasons.isEmpty ? "0" : reasons, "\(target.truncated)",
                ])
            }
        }
        var lines = table.lines
        if counters.own.packets > 0 { lines.append("own copies that came by, not mirrored: \(counters.own.packets)") }
        self.lines = lines
    }
}
