import Glibc
import Netlink

/// A program that is attached to an interface, whoever attached it.
public struct AttachedProgram: Hashable, Sendable {
    /// How, and where exactly.
    public enum Place: Hashable, Sendable {
        /// nil: attached without a link.
        case tcx(linkID: UInt32?)
        case clsact(name: String, priority: UInt16, handle: UInt32)
    }

    /// nil for classic programs, which have no id.
    public let programID: UInt32?
    public let place: Place

    /// The programs on an interface of the calling thread's network namespace, in the order they run.
    ///
    /// - Throws: ``BPFError`` of code `notFound` when there is no such interface.
    public static func all(on interfaceIndex: UInt32, at hook: Hook) throws(BPFError) -> [AttachedProgram] {
        var programs: [AttachedProgram] = []
        switch SystemCall.queryTCX(interfaceIndex: interfaceIndex, attachType: hook.attachType) {
        case .success(let entries):
            programs += entries.map { Self(programID: $0.program, place: .tcx(linkID: $0.link == 0 ? nil : $0.link)) }
        // No tcx in this kernel.
        case .failure(let error) where error.rawValue == EINVAL: break
        case .failure(let error):
            throw .system(error.rawValue, "cannot ask who is attached to interface \(interfaceIndex), \(hook)")
        }
        let filters = try BPFError.translating { () throws(NetlinkError) in
            try Rtnetlink().filters(on: interfaceIndex, at: hook.parent)
        }
        for filter in filters where filter.handle != 0 {
            guard let program = filter.program else { continue }
            programs.append(
                Self(
                    programID: program.id,
                    place: .clsact(name: program.name, priority: filter.priority, handle: filter.handle)))
        }
        return programs
    }
}
