import Netlink

/// A program attached to an interface by a filter in its clsact qdisc: the way of kernels without tcx.
///
/// The filter goes with this value, unless it is told to stay. Unlike a ``TCXLink``, it also stays when the process is
/// killed: ``open(named:on:at:removesQdisc:)`` finds such filters by name, for whoever cleans up.
public struct ClsactFilter: ~Copyable, Sendable {
    private let held: HeldFilter

    /// Name in "tc filter show".
    public var name: String { held.name }
    public var priority: UInt16 { held.place.priority }
    public var handle: UInt32 { held.place.handle }
    public var interfaceIndex: UInt32 { held.interfaceIndex }
    public var hook: Hook { held.hook }
    /// Whether the interface had no clsact qdisc before.
    public var madeQdisc: Bool { held.madeQdisc }

    private init(_ held: HeldFilter) { self.held = held }

    /// Attaches `program` to an interface of the calling thread's network namespace.
    ///
    /// - Parameters:
    ///   - position: by priority: one lower than the lowest there is, or one higher than the highest.
    ///   - name: in "tc filter show"; nil: the program's.
    /// - Throws: ``BPFError`` of code `busy` when another filter leaves no room at that end, or an "ingress" qdisc
    ///   bars the egress hook.
    public static func attach(
        _ program: Program, to interfaceIndex: UInt32, at hook: Hook, position: Position = .first, name: String? = nil
    ) throws(BPFError) -> ClsactFilter {
        let netlink = try BPFError.translating { () throws(NetlinkError) in try Rtnetlink() }
        let madeQdisc = try makeQdisc(netlink, interfaceIndex, hook)
        do throws(BPFError) {
            let name = name ?? program.name
            // Another process can take the place between the question and the request.
            for _ in 0..<16 {
                let filters = try BPFError.translating { () throws(NetlinkError) in
                    try netlink.filters(on: interfaceIndex, at: hook.parent)
                }
                let place = try FilterPlacement(position, among: filters)
                do throws(NetlinkError) {
                    try netlink.setFilter(
                        on: interfaceIndex, at: hook.parent, priority: place.priority, handle: place.handle,
                        program: program.fileDescriptor, name: name)
                } catch  where error.code == .alreadyExists {
                    continue
                } catch {
                    throw BPFError(error)
                }
                return ClsactFilter(
                    HeldFilter(
                        netlink: netlink, interfaceIndex: interfaceIndex, hook: hook, place: place, name: name,
                        madeQdisc: madeQdisc, programID: program.id))
            }
            throw BPFError(.busy, "cannot attach the program \"\(program.name)\": others attach at the same time")
        } catch {
            if madeQdisc { try? netlink.removeClsact(from: interfaceIndex) }
            throw error
        }
    }

    /// Takes over a filter that is there already, such as one that was told to stay.
    ///
    /// - Parameter removesQdisc: whether the qdisc goes with it, when it is empty then.
    /// - Throws: ``BPFError`` of code `notFound` when there is no filter of this name.
    public static func open(
        named name: String, on interfaceIndex: UInt32, at hook: Hook, removesQdisc: Bool = false
    ) throws(BPFError) -> ClsactFilter {
        let netlink = try BPFError.translating { () throws(NetlinkError) in try Rtnetlink() }
        let filters = try BPFError.translating { () throws(NetlinkError) in
            try netlink.filters(on: interfaceIndex, at: hook.parent)
        }
        guard let filter = filters.first(where: { $0.handle != 0 && $0.program?.name == name }) else {
            throw BPFError(.notFound, "there is no filter \"\(name)\" on interface \(interfaceIndex), \(hook)")
        }
        return ClsactFilter(
            HeldFilter(
                netlink: netlink, interfaceIndex: interfaceIndex, hook: hook,
                place: FilterPlacement(priority: filter.priority, handle: filter.handle), name: name,
                madeQdisc: removesQdisc, programID: filter.program?.id))
    }

    /// Puts another program in the place of the one attached, from one packet to the next.
    ///
    /// - Throws: ``BPFError`` of code `notFound` when somebody took the filter away, `busy` when somebody replaced it.
    public func update(to program: Program) throws(BPFError) {
        try held.update(to: program)
    }

    /// Takes the filter off the interface; and the qdisc, if it was made for it and nobody else uses it.
    ///
    /// Nothing happens to a filter that somebody else put in its place.
    public consuming func detach() throws(BPFError) {
        try held.remove()
    }

    /// Leaves the filter, and its qdisc, where they are.
    public consuming func leave() {
        held.forget()
    }

    /// - Returns: whether the interface had none.
    private static func makeQdisc(
        _ netlink: Rtnetlink, _ interfaceIndex: UInt32, _ hook: Hook
    ) throws(BPFError) -> Bool {
        do {
            try netlink.addClsact(to: interfaceIndex)
            return true
        } catch  where error.code == .alreadyExists {
            // "ingress" sits in the same place, and would take filters for the egress hook as its own.
            let disciplines = try BPFError.translating { () throws(NetlinkError) in
                try netlink.queueingDisciplines(on: interfaceIndex)
            }
            if hook == .egress, disciplines.contains(where: { $0.kind == "ingress" }) {
                throw BPFError(
                    .busy,
                    "interface \(interfaceIndex) has an \"ingress\" qdisc, which has no egress hook: replace it by "
                        + "\"clsact\", which takes the same ingress filters")
            }
            return false
        } catch {
            throw BPFError(error)
        }
    }
}

extension Hook {
    var parent: Filter.Parent {
        switch self {
        case .ingress: .ingress
        case .egress: .egress
        }
    }
}
