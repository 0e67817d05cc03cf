internal import CLinux

/// A queueing discipline of an interface (tc(8)), and what it counted since it was put there.
///
/// A discipline with others below it (mq, htb, tbf, ...) counts what they queue and drop as its own: that of the root is
/// the interface's whole, and a sum over all of them would count packets twice.
public struct QueueingDiscipline: Hashable, Sendable {
    /// How much a discipline queues at most, as it was configured.
    public enum Limit: Hashable, Sendable {
        case packets(UInt32)
        case bytes(UInt32)
    }

    public var interfaceIndex: UInt32
    /// Such as "fq_codel", "clsact" or "ingress".
    public var kind: String
    /// Major number in the upper 16 bits; 0 of what the kernel itself put there.
    public var handle: UInt32
    /// TC_H_ROOT, TC_H_CLSACT, or the class it hangs below.
    public var parent: UInt32
    public var sentPackets: UInt64 = 0
    public var sentBytes: UInt64 = 0
    /// What waits in it at this moment.
    public var queuedPackets: UInt32 = 0
    public var queuedBytes: UInt32 = 0
    /// Packets dropped. This and the two below begin at 0 again after 2^32 - 1.
    public var dropped: UInt32 = 0
    /// How often a packet had to wait, or was dropped, because a limit of the discipline was reached.
    public var overlimits: UInt32 = 0
    /// Packets that the device did not take and that were queued again.
    public var requeues: UInt32 = 0
    /// nil where it has none, or one that Periscope does not read.
    public var limit: Limit?

    /// Whether it is the one that packets come to first.
    public var isRoot: Bool { parent == 0xffff_ffff }
    /// Whether it is in the way of outgoing packets: "clsact" and "ingress" hold filters and no packets.
    public var isOutgoing: Bool { parent != 0xffff_fff1 }

    /// Whether it is directly below `other`.
    public func isBelow(_ other: QueueingDiscipline) -> Bool {
        guard interfaceIndex == other.interfaceIndex, isOutgoing, other.isOutgoing, !isRoot else { return false }
        // What hangs below a root without a handle has none either.
        return parent >> 16 == other.handle >> 16 && (other.isRoot || other.handle != 0)
    }

    init(interfaceIndex: UInt32, kind: String, handle: UInt32, parent: UInt32) {
        self.interfaceIndex = interfaceIndex
        self.kind = kind
        self.handle = handle
        self.parent = parent
    }
}
