extension RuleReader {
    /// Warns of rules that never decide anything.
    mutating func warnOfUselessRules(_ list: RuleList) {
        for (rule, why) in list.uselessRules(CompiledTable(list)) {
            let name = list.rules[rule].name
            switch why {
            case .impossible(let reason):
                diagnostics.warning("no packet can match rule \"\(name)\": \(reason)", at: positions[rule])
            case .hidden(let earlier):
                diagnostics.warning(
                    "rule \"\(name)\" never decides: rule \"\(list.rules[earlier].name)\" in line "
                        + "\(positions[earlier].line) matches all its packets first; move it up or remove it",
                    at: positions[rule])
            }
        }
    }
}
