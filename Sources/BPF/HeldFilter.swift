import Netlink
import Synchronization

/// The one filter that a ``ClsactFilter`` owns; it goes when this does.
final class HeldFilter: Sendable {
    /// Of the namespace that the interface is in, whichever thread removes the filter.
    private let netlink: Rtnetlink
    let interfaceIndex: UInt32
    let hook: Hook
    let place: FilterPlacement
    let name: String
    let madeQdisc: Bool
    /// What we put there.
    private let program: Mutex<Expected>

    private enum Expected {
        case program(UInt32?)
        case nothing
    }

    init(
        netlink: Rtnetlink, interfaceIndex: UInt32, hook: Hook, place: FilterPlacement, name: String, madeQdisc: Bool,
        programID: UInt32?
    ) {
        self.netlink = netlink
        self.interfaceIndex = interfaceIndex
        self.hook = hook
        self.place = place
        self.name = name
        self.madeQdisc = madeQdisc
        program = Mutex(.program(programID))
    }

    deinit {
        try? remove()
    }

    func forget() {
        program.withLock { $0 = .nothing }
    }

    func update(to program: Program) throws(BPFError) {
        try self.program.withLock { (expected) throws(BPFError) in
            let there = try BPFError.translating { () throws(NetlinkError) in try filter() }
            guard case .program(let id) = expected, let there else {
                throw BPFError(.notFound, "the filter \"\(name)\" on interface \(interfaceIndex) is gone")
            }
            guard there.program?.id == id else {
                throw BPFError(.busy, "the filter \"\(name)\" on interface \(interfaceIndex) is somebody else's now")
            }
            try BPFError.translating { () throws(NetlinkError) in
                try netlink.setFilter(
                    on: interfaceIndex, at: hook.parent, priority: place.priority, handle: place.handle,
                    program: program.fileDescriptor, name: name, replacing: true)
            }
            expected = .program(program.id)
        }
    }

    func remove() throws(BPFError) {
        try program.withLock { (expected) throws(BPFError) in
            guard case .program(let id) = expected else { return }
            do throws(NetlinkError) {
                if let there = try filter(), there.program?.id == id {
                    try netlink.removeFilter(
                        on: interfaceIndex, at: hook.parent, priority: place.priority, handle: place.handle)
                }
                if madeQdisc, try isQdiscEmpty() { try netlink.removeClsact(from: interfaceIndex) }
            } catch {
                // Not found: the interface or the qdisc is gone, and the filter with it.
                guard error.code == .notFound else { throw BPFError(error) }
            }
            expected = .nothing
        }
    }

    private func filter() throws(NetlinkError) -> Filter? {
        try netlink.filters(on: interfaceIndex, at: hook.parent).first {
            $0.priority == place.priority && $0.handle == place.handle && $0.kind == "bpf"
        }
    }

    private func isQdiscEmpty() throws(NetlinkError) -> Bool {
        for parent in [Filter.Parent.ingress, .egress] {
            guard try netlink.filters(on: interfaceIndex, at: parent).isEmpty else { return false }
        }
        return true
    }
}
