internal import CLibbpf
internal import CLinux
import Glibc

/// What the kernel tells about a tcx link, whoever made it.
public struct LinkInfo: Hashable, Sendable {
    public let id: UInt32
    public let programID: UInt32
    /// 0 when the interface is gone.
    public let interfaceIndex: UInt32
    public let hook: Hook

    /// Fails when the link is of another type.
    init(_ info: tcx_link_info) throws(BPFError) {
        guard info.type == TCX_LINK_TYPE, let hook = Hook(attachType: info.attach_type) else {
            throw BPFError(.invalidArgument, "link \(info.id) is not a tcx link")
        }
        id = info.id
        programID = info.program_id
        interfaceIndex = info.interface_index
        self.hook = hook
    }

    /// What is attached: the program's name, its maps, its runs.
    public func program() throws(BPFError) -> ProgramInfo { try ProgramInfo(id: programID) }

    /// All tcx links of the system, in every network namespace.
    ///
    /// - Throws: ``BPFError`` when it is not permitted (CAP_SYS_ADMIN); a kernel without links has none.
    public static func all() throws(BPFError) -> [LinkInfo] {
        var links: [LinkInfo] = []
        for id in try ObjectInfo.ids({ bpf_link_get_next_id($0, $1) }, of: "links") {
            let fd = bpf_link_get_fd_by_id(id)
            // Gone meanwhile.
            if fd == -ENOENT { continue }
            guard fd >= 0 else { throw .system(fd, "cannot open link \(id)") }
            let descriptor = FileDescriptor(taking: fd)
            let info = try ObjectInfo.link(descriptor.rawValue)
            if info.type == TCX_LINK_TYPE { links.append(try LinkInfo(info)) }
        }
        return links
    }
}
