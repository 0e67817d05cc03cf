import Netlink

/// Where among the filters of a hook a new one goes, decided from a list of them.
struct FilterPlacement: Hashable {
    var priority: UInt16
    var handle: UInt32

    /// What tc(8) gives the first filter of a hook.
    static let firstPriority: UInt16 = 0xc000

    init(priority: UInt16, handle: UInt32) {
        self.priority = priority
        self.handle = handle
    }

    /// - Parameters:
    ///   - filters: of the hook, in any order.
    /// - Throws: ``BPFError`` of code `busy` when a filter of another kind has the outermost priority.
    init(_ position: Position, among filters: [Filter]) throws(BPFError) {
        let outermost = position == .first ? filters.map(\.priority).min() : filters.map(\.priority).max()
        guard let outermost else {
            (priority, handle) = (Self.firstPriority, 1)
            return
        }
        let limit: UInt16 = position == .first ? 1 : .max
        if outermost != limit {
            (priority, handle) = (position == .first ? outermost - 1 : outermost + 1, 1)
            return
        }
        let there = filters.filter { $0.priority == limit }
        // Within a priority, the newest filter of this kind runs first (net/sched/cls_bpf.c).
        guard position == .first, there.allSatisfy({ $0.kind == "bpf" && $0.ethernetProtocol == 3 && $0.chain == 0 })
        else {
            throw BPFError(
                .busy,
                "no filter can go \(position == .first ? "before" : "behind") the one of kind "
                    + "\"\(there.first?.kind ?? "")\" that has priority \(limit): give that one another priority")
        }
        let handles = Set(there.map(\.handle))
        var handle: UInt32 = 1
        while handles.contains(handle) { handle += 1 }
        (priority, self.handle) = (limit, handle)
    }
}
