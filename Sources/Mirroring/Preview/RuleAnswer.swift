/// What a preview says of one rule, or of all together.
public struct RuleAnswer: Hashable, Sendable {
    public var rule: String
    public var matched: Tally
    /// Flows that packets were matched of, both directions of each as one; those that were forgotten are missing.
    public var flows: Int
    /// The part of `matched` whose flows' accounts had to make room for others.
    public var forgotten: Tally
    /// What the given options left out, by reason.
    public var sampledOut: UInt64
    public var beyondFirst: UInt64
    public var overBudget: UInt64
    public var expired: UInt64
    /// What the given options let through, shortened as they say: to each target so much would have been sent.
    public var selected: Tally
    /// What single options would let through.
    public var estimates: [SelectionEstimate]
}

extension RuleAnswer {
    init(_ counters: RuleCounters, flows: Int, seen: Tally, estimates: [SelectionEstimate]) {
        self.init(
            rule: counters.rule, matched: counters.matched, flows: flows,
            forgotten: counters.matched.less(seen), sampledOut: counters.sampledOut,
            beyondFirst: counters.beyondFirst, overBudget: counters.overBudget, expired: counters.expired,
            selected: counters.targets.first?.sent ?? Tally(), estimates: estimates)
    }
}

extension Tally {
    /// What is left without `other`; 0 where there is nothing.
    fileprivate func less(_ other: Tally) -> Tally {
        Tally(
            packets: packets > other.packets ? packets - other.packets : 0,
            bytes: bytes > other.bytes ? bytes - other.bytes : 0)
    }
}
