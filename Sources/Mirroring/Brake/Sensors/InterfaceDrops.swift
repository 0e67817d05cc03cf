import Netlink

/// The packets that an interface did not send, as counters that only grow, until they do not.
struct InterfaceDrops: Hashable, Sendable {
    private let dropped: UInt64
    private let errors: UInt64
    private let root: QueueingDiscipline?

    /// The device and its queueing disciplines count apart: what a queue dropped never came to the device.
    init(_ interface: Interface, _ queues: InterfaceQueues) {
        dropped = interface.statistics.sendDropped
        errors = interface.statistics.sendErrors
        root = queues.root
    }

    /// Packets since `earlier`. A counter that went back, or belongs to another queueing discipline than before, began
    /// anew: what it says then is not known to be of this time, and counts nothing.
    func since(_ earlier: InterfaceDrops) -> UInt64 {
        Self.growth(from: earlier.dropped, to: dropped) + Self.growth(from: earlier.errors, to: errors)
            + queueDrops(since: earlier)
    }

    private func queueDrops(since earlier: InterfaceDrops) -> UInt64 {
        guard let root, let before = earlier.root, root.kind == before.kind, root.handle == before.handle else {
            return 0
        }
        // 32 bits: a step of less than half of that forwards, and else one backwards.
        let growth = root.dropped &- before.dropped
        return growth < 1 << 31 ? UInt64(growth) : 0
    }

    private static func growth(from before: UInt64, to now: UInt64) -> UInt64 { now > before ? now - before : 0 }
}
