/// What a preview has counted, as the kernel programs have it.
public struct Observations: Sendable {
    /// How long packets were looked at.
    public var duration: Duration
    /// What each rule matched, and what the given options left out of it. `targets` has one entry: what would have been
    /// sent to each target.
    public var rules: [RuleCounters]
    public var accounts: [FlowAccount]
    /// All packets of the interface, in the directions that are looked at.
    public var traffic: Tally
    /// Copies, of mirrors on this host or another Periscope's, that came by and would not be mirrored again.
    public var own: Tally
    /// Flows that the flow table of `--first` had no room for while they went on.
    public var evictedFlows: UInt64

    public init(
        duration: Duration, rules: [RuleCounters], accounts: [FlowAccount], traffic: Tally, own: Tally = Tally(),
        evictedFlows: UInt64 = 0
    ) {
        self.duration = duration
        self.rules = rules
        self.accounts = accounts
        self.traffic = traffic
        self.own = own
        self.evictedFlows = evictedFlows
    }
}
