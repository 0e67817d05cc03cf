import BPF

/// The maps in which loaded programs count, and the names of the rules that they count for.
struct CountedRules {
    let names: [String]
    /// Of struct rule_counters, by rule.
    let counters: Map
    /// Of struct outcome, by rule and target.
    let outcomes: Map

    /// What has been counted since they were made.
    func read(targets: [String]) throws(BPFError) -> [RuleCounters] {
        try [RuleCounters](names: names, targets: targets, counters: counters, outcomes: outcomes)
    }
}
