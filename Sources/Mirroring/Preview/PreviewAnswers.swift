/// What a preview says, made from what it has counted.
public struct PreviewAnswers: Sendable {
    /// How long packets were looked at.
    public let seconds: Double
    /// All packets of the interface.
    public let traffic: Tally
    public let total: RuleAnswer
    /// In the order of the rules.
    public let rules: [RuleAnswer]
    public let tunnels: [TunnelDemand]
    public let topFlows: [TopFlow]
    public let topHosts: [TopHost]
    /// Copies that came by and would not be mirrored again.
    public let own: Tally
    public let evictedFlows: UInt64

    /// - Parameters:
    ///   - targets: where copies would go.
    ///   - top: how many talkers.
    public init(
        _ observations: Observations, targets: [Target] = [], top: Int,
        options: [SelectionOption] = SelectionOption.usual
    ) {
        seconds = observations.duration / .seconds(1)
        traffic = observations.traffic
        own = observations.own
        evictedFlows = observations.evictedFlows
        let accounts = observations.accounts
        let flowPackets = Self.sharedFlows(accounts)
        var sums = Array(repeating: EstimateSums(options), count: observations.rules.count)
        var all = EstimateSums(options)
        var counted: Set<UInt64> = []
        for account in accounts where sums.indices.contains(account.rule) {
            let packets = flowPackets[account.flow] ?? account.tally.packets
            sums[account.rule].add(account, flowPackets: packets)
            let isNew = flowPackets[account.flow] == nil || counted.insert(account.flow).inserted
            all.add(account, flowPackets: packets, isNew: isNew)
        }
        rules = zip(observations.rules, sums).map { counters, sums in
            RuleAnswer(
                counters, flows: sums.flows, seen: sums.seen,
                estimates: sums.estimates(of: counters.matched, coversAllRules: false))
        }
        var total = RuleCounters(rule: "all", targets: [TargetCounters(target: "")])
        for counters in observations.rules { total.add(counters) }
        self.total = RuleAnswer(
            total, flows: all.flows, seen: all.seen, estimates: all.estimates(of: total.matched, coversAllRules: true))
        let selected = self.total.selected
        tunnels = targets.map {
            TunnelDemand($0, matched: total.matched, selected: selected, notIP: all.notIP)
        }
        let talkers = TopTalkers(accounts, count: top)
        topFlows = talkers.flows
        topHosts = talkers.hosts
    }

    /// Packets of the flows that have accounts under several rules, such as when each direction has a rule of its own.
    private static func sharedFlows(_ accounts: [FlowAccount]) -> [UInt64: UInt64] {
        guard let first = accounts.first, accounts.contains(where: { $0.rule != first.rule }) else { return [:] }
        var sums: [UInt64: (packets: UInt64, accounts: Int)] = [:]
        for account in accounts {
            sums[account.flow, default: (0, 0)].packets &+= account.tally.packets
            sums[account.flow]?.accounts += 1
        }
        return sums.filter { $0.value.accounts > 1 }.mapValues(\.packets)
    }
}
