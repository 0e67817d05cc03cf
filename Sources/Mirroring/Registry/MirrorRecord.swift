public import FoundationEssentials

/// What is written down about a running mirror, for `periscope status` and `periscope detach`.
public struct MirrorRecord: Hashable, Sendable, Codable {
    /// The mirror's name: that of its tap device.
    public var name: String
    /// Inode number of the network namespace that it is in (namespaces(7)).
    public var networkNamespace: UInt64
    public var process: ProcessIdentity
    /// Login name, or number, of the user that started it.
    public var user: String
    public var since: Date
    public var interface: String
    public var interfaceIndex: UInt32
    public var direction: MirrorDirection
    /// The filter, or how many rules there are.
    public var filter: String
    public var targets: [String]
    public var pinned: Bool
    /// Index of the outlet device, with which the tap device goes too.
    public var outletIndex: UInt32
    /// Names of the clsact filters, by hook; empty where tcx links are used.
    public var filters: [String]
    /// Whether the interface had no clsact qdisc before the mirror.
    public var madeQdisc: Bool
    /// Numbers of the maps that hold the counters.
    public var counters: CounterMaps
    public var ruleNames: [String]
    /// What rules counted whose programs were replaced.
    public var retired: [RuleCounters]
    /// From when on nothing is mirrored: nanoseconds since boot (CLOCK_BOOTTIME); nil without an end.
    public var deadline: UInt64?

    /// The name that it has with whoever keeps its programs in chains; nil: it attached them itself.
    public var label: String?
    /// Of a mirror with a label: what its next process has to know.
    public var continuation: MirrorContinuation?
    /// The rules with budgets of their own, in the order in which the kernel has them.
    public var budgetedRules: [String]?

    /// How people call it.
    public var title: String { label ?? name }

    /// When it ends, by the clock of the day as it is now; nil without an end.
    public var end: Date? {
        deadline.map { Date(timeIntervalSince1970: Double((BootClock.bootTime &+ $0) / 1_000_000) / 1000) }
    }

    /// Whether the mirror's end has come.
    public var hasExpired: Bool { deadline.map { BootClock.now >= $0 } ?? false }

    public struct CounterMaps: Hashable, Sendable, Codable {
        public var rules: UInt32
        public var outcomes: UInt32
        public var mirror: UInt32
    }
}
