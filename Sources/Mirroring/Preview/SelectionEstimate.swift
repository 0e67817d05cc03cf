/// What one option would let through of what was matched.
public struct SelectionEstimate: Hashable, Sendable {
    public var option: SelectionOption
    public var amount: Amount
    /// Flows of which something is let through; nil where that is not known.
    public var flows: Int?
    /// Whether a mirror with this option would have let through exactly so many packets: not where they are drawn
    /// one by one, nor where accounts are missing.
    public var hasExactPackets: Bool
    /// The same of bytes: not where it depends on which packets of a flow came first.
    public var hasExactBytes: Bool
}

/// Adds up the accounts of one rule, or of all, for every option.
struct EstimateSums {
    private let options: [SelectionOption]
    private var sums: [Amount]
    private var sampledFlows: [Int]
    private(set) var flows = 0
    private(set) var seen = Tally()
    private(set) var notIP = Tally()
    /// Whether a flow's packets went to several rules, so that which of them came first is not known.
    private var sharesFlows = false

    init(_ options: [SelectionOption]) {
        self.options = options
        sums = Array(repeating: Amount(), count: options.count)
        sampledFlows = Array(repeating: 0, count: options.count)
    }

    /// Adds one account.
    /// - Parameters:
    ///   - flowPackets: packets of its flow under all rules, by which the kernel program counts the first ones.
    ///   - isNew: no account of this flow was added before.
    mutating func add(_ account: FlowAccount, flowPackets: UInt64, isNew: Bool = true) {
        if isNew { flows += 1 }
        seen += account.tally
        if account.source == nil { notIP += account.tally }
        if flowPackets != account.tally.packets { sharesFlows = true }
        for (index, option) in options.enumerated() {
            let part = Self.part(of: account, option, flowPackets)
            sums[index] += part
            if part.packets > 0, isNew { sampledFlows[index] += 1 }
        }
    }

    /// - Parameters:
    ///   - matched: what the rule has counted: more than the accounts have when some were forgotten.
    ///   - coversAllRules: flows that several rules share are whole.
    func estimates(of matched: Tally, coversAllRules: Bool) -> [SelectionEstimate] {
        let isComplete = seen.packets >= matched.packets
        // What was forgotten is taken to be like what was not.
        let scale: (packets: Double, bytes: Double) =
            isComplete ? (1, 1) : Amount(matched).share(of: Amount(seen))
        return options.enumerated().map { index, option in
            switch option {
            case .sampledPackets(let rate):
                let part = 1 / Double(max(1, rate))
                return SelectionEstimate(
                    option: option, amount: Amount(matched) * (part, part), flows: nil, hasExactPackets: rate <= 1,
                    hasExactBytes: rate <= 1)
            case .sampledFlows:
                return SelectionEstimate(
                    option: option, amount: sums[index] * scale, flows: isComplete ? sampledFlows[index] : nil,
                    hasExactPackets: isComplete, hasExactBytes: isComplete)
            case .first:
                let isWhole = sums[index] == Amount(seen)
                return SelectionEstimate(
                    option: option, amount: sums[index] * scale, flows: isComplete ? flows : nil,
                    hasExactPackets: isComplete && (isWhole || coversAllRules || !sharesFlows),
                    hasExactBytes: isComplete && isWhole)
            case .headers, .snapLength:
                return SelectionEstimate(
                    option: option, amount: sums[index] * scale, flows: isComplete ? flows : nil,
                    hasExactPackets: true, hasExactBytes: isComplete)
            }
        }
    }

    private static func part(of account: FlowAccount, _ option: SelectionOption, _ flowPackets: UInt64) -> Amount {
        let all = Amount(account.tally)
        switch option {
        case .sampledPackets(let rate): return all * (1 / Double(max(1, rate)), 1 / Double(max(1, rate)))
        case .sampledFlows(let rate): return account.isSampled(oneOf: rate) ? all : Amount()
        case .first(let count):
            guard flowPackets > count else { return all }
            // The first packets may be smaller or larger than the flow's others.
            let part = Double(count) / Double(flowPackets)
            return flowPackets == account.tally.packets
                ? Amount(packets: Double(count), bytes: all.bytes * part) : all * (part, part)
        case .headers: return Amount(packets: all.packets, bytes: Double(account.headerBytes))
        case .snapLength(.of128): return Amount(packets: all.packets, bytes: Double(account.bytesOf128))
        case .snapLength(.of256): return Amount(packets: all.packets, bytes: Double(account.bytesOf256))
        }
    }
}
