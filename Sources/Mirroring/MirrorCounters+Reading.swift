import BPF
import KernelABI

extension [RuleCounters] {
    /// Reads the kernel's counters: `counters` by rule, `outcomes` by rule and target, each a sum over the CPUs.
    init(names: [String], targets: [String], counters: Map, outcomes: Map) throws(BPFError) {
        let counters = try PerCPUArrayMap(counters, of: rule_counters.self).values()
        let outcomes = try PerCPUArrayMap(outcomes, of: outcome.self).values()
        guard counters.count >= names.count, outcomes.count >= names.count * targets.count else {
            throw BPFError(.notFound, "the counters do not belong to this mirror")
        }
        self = names.enumerated().map { index, name in
            var rule = RuleCounters(rule: name, targets: targets.map(TargetCounters.init))
            for counters in counters[index] { rule.add(counters) }
            for target in targets.indices {
                for outcome in outcomes[index * targets.count + target] { rule.targets[target].add(outcome) }
            }
            return rule
        }
    }

    /// These, with what earlier programs counted for rules of the same names; rules that are no more follow.
    func adding(_ retired: [RuleCounters]) -> [RuleCounters] {
        var sum = self
        let places = Dictionary(uniqueKeysWithValues: enumerated().map { ($1.rule, $0) })
        for rule in retired where rule.matched.packets > 0 {
            if let place = places[rule.rule] {
                sum[place].add(rule)
            } else {
                sum.append(rule)
            }
        }
        return sum
    }
}

extension MirrorCounters {
    /// Adds the counters that are not any rule's (struct mirror_counters).
    mutating func read(_ map: Map) throws(BPFError) {
        for counters in try PerCPUArrayMap(map, of: mirror_counters.self).values(at: 0) {
            own += Tally(packets: counters.own.packets, bytes: counters.own.bytes)
            evictedFlows &+= counters.evicted
        }
    }
}

extension RuleCounters {
    fileprivate mutating func add(_ counters: rule_counters) {
        matched += Tally(packets: counters.matched.packets, bytes: counters.matched.bytes)
        sampledOut &+= counters.sampled_out
        beyondFirst &+= counters.beyond_first
        overBudget &+= counters.over_budget
        expired &+= counters.expired
    }
}

extension TargetCounters {
    fileprivate mutating func add(_ outcome: outcome) {
        sent += Tally(packets: outcome.sent.packets, bytes: outcome.sent.bytes)
        truncated &+= outcome.truncated
        wireBytes &+= outcome.wire_bytes
        let failed = [
            outcome.failed.0, outcome.failed.1, outcome.failed.2, outcome.failed.3, outcome.failed.4, outcome.failed.5,
            outcome.failed.6,
        ]
        for reason in FailureReason.allCases where failed[Int(reason.number)] > 0 {
            self.failed[reason, default: 0] &+= failed[Int(reason.number)]
        }
    }
}

extension MirrorRecord {
    /// The counters of a mirror that another process runs, or none.
    /// - Throws: `BPFError` of code `notPermitted` without CAP_SYS_ADMIN, which maps of others need.
    public func readCounters() throws -> MirrorCounters {
        var result = MirrorCounters(
            rules: try [RuleCounters](
                names: ruleNames, targets: targets, counters: Map.open(id: counters.rules),
                outcomes: Map.open(id: counters.outcomes)
            ).adding(retired))
        try result.read(Map.open(id: counters.mirror))
        return result
    }
}
