/// Packets and bytes.
public struct Tally: Hashable, Sendable, Codable {
    public var packets: UInt64
    /// Bytes of the mirrored frames, without tunnel headers.
    public var bytes: UInt64

    public init(packets: UInt64 = 0, bytes: UInt64 = 0) {
        self.packets = packets
        self.bytes = bytes
    }

    static func += (left: inout Tally, right: Tally) {
        left.packets &+= right.packets
        left.bytes &+= right.bytes
    }
}

/// What became of the copies of one rule to one target.
public struct TargetCounters: Hashable, Sendable, Codable {
    public var target: String
    public var sent = Tally()
    /// Copies among `sent` that were shortened to fit the MTU.
    public var truncated: UInt64 = 0
    /// Bytes that the sent copies took on the wire, outer Ethernet header included.
    public var wireBytes: UInt64 = 0
    /// Copies not sent, by reason; reasons that never occurred are left out.
    public var failed: [FailureReason: UInt64] = [:]

    public init(target: String) { self.target = target }

    /// All copies not sent.
    public var failures: UInt64 { failed.values.reduce(0, &+) }

    mutating func add(_ other: TargetCounters) {
        sent += other.sent
        truncated &+= other.truncated
        wireBytes &+= other.wireBytes
        failed.merge(other.failed, uniquingKeysWith: &+)
    }
}

/// What one rule matched, what the selection left out of it, and where copies went.
///
/// For every target: matched = sampled out + beyond first + over budget + expired + failed + sent.
public struct RuleCounters: Hashable, Sendable, Codable {
    public var rule: String
    public var matched = Tally()
    /// Packets that the sampling left out.
    public var sampledOut: UInt64 = 0
    /// Packets of flows of which enough was mirrored.
    public var beyondFirst: UInt64 = 0
    /// Packets for whose copies the rule's budget or the mirror's had no bytes left.
    public var overBudget: UInt64 = 0
    /// Packets that came after the end.
    public var expired: UInt64 = 0
    public var targets: [TargetCounters]

    public init(rule: String, targets: [TargetCounters]) {
        self.rule = rule
        self.targets = targets
    }

    mutating func add(_ other: RuleCounters) {
        matched += other.matched
        sampledOut &+= other.sampledOut
        beyondFirst &+= other.beyondFirst
        overBudget &+= other.overBudget
        expired &+= other.expired
        for index in targets.indices where index < other.targets.count { targets[index].add(other.targets[index]) }
    }
}

/// The counters of a mirror since it began.
public struct MirrorCounters: Hashable, Sendable, Codable {
    /// In the order of the rules; rules that a replacement took away follow, while they have counted something.
    public var rules: [RuleCounters]
    /// Copies, own or another Periscope's, that came by and were not mirrored again.
    public var own = Tally()
    /// Flows that the flow table had no room for while they went on: what came of them later counted from 0.
    public var evictedFlows: UInt64 = 0

    public init(rules: [RuleCounters]) { self.rules = rules }
}
