import Netlink

/// The queueing disciplines in the way of an interface's outgoing packets.
struct InterfaceQueues: Hashable, Sendable {
    private let disciplines: [QueueingDiscipline]
    private let transmitQueueLength: UInt32

    /// Keeps those among `disciplines` that are the interface's.
    init(of interface: Interface, among disciplines: [QueueingDiscipline]) {
        self.disciplines = disciplines.filter { $0.interfaceIndex == interface.index && $0.isOutgoing }
        transmitQueueLength = interface.transmitQueueLength
    }

    /// The one that packets come to first, whose counters contain those of all below; nil of interfaces without queue.
    var root: QueueingDiscipline? { disciplines.first(where: \.isRoot) }

    /// How full the fullest is, 0 to 1; nil when none has a limit that is known.
    var fill: Double? { disciplines.compactMap(fill(of:)).max().map { min($0, 1) } }

    private func fill(of discipline: QueueingDiscipline) -> Double? {
        switch discipline.limit {
        case .packets(let limit): return Double(discipline.queuedPackets) / Double(limit)
        case .bytes(let limit): return Double(discipline.queuedBytes) / Double(limit)
        case nil:
            guard Self.queuesByLength.contains(discipline.kind), transmitQueueLength > 0 else { return nil }
            // Those below that show have limits of their own; the rest waits in queues that do not show.
            let shown = disciplines.filter { $0.isBelow(discipline) }.reduce(0) { $0 + UInt64($1.queuedPackets) }
            let hidden = UInt64(discipline.queuedPackets).subtractingReportingOverflow(shown)
            return hidden.overflow ? 0 : Double(hidden.partialValue) / Double(transmitQueueLength)
        }
    }

    /// Kinds whose own queues, which tc does not show, hold as many packets as the interface's transmit queue is long.
    private static let queuesByLength: Set<String> = ["pfifo_fast", "prio", "multiq", "htb", "hfsc", "drr", "ets"]
}
