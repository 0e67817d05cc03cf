/// What became of packets at a member.
public struct MemberTally: Hashable, Sendable {
    public var runs = 0
    /// Runs after which the packet went no further in the chain.
    public var ended = 0
    /// Packets that went on to the next member because this one could not be run.
    public var failed = 0
    /// Time in the member, where the chain is timed.
    public var nanoseconds = 0
}

/// What a chain is like in the kernel now.
public struct ChainHealth: Hashable, Sendable {
    /// How the root is attached.
    public enum Attachment: String, Hashable, Sendable {
        case xdp
        case tcx
        case clsact
    }

    public struct Member: Hashable, Sendable {
        public let name: String
        public let revision: String
        public let programID: UInt32
        /// The kernel's hash of the program's instructions.
        public let tag: String
        /// Whether packets come to it in its place, and can go on from it.
        public let isLinked: Bool
        /// Whether all that it needs is there: its pins, its probes.
        public let isWhole: Bool
        /// Since it was loaded.
        public let tally: MemberTally
    }

    public let site: ChainSite
    public let attachment: Attachment
    /// Whether the root is on the interface that has the site's name now.
    public let isAttached: Bool
    public let rootProgramID: UInt32
    /// In the order of the packets' way.
    public let members: [Member]

    /// Whether all is as it was made.
    public var isSound: Bool { isAttached && members.allSatisfy { $0.isLinked && $0.isWhole } }
}
