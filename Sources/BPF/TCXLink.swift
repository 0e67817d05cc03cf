internal import CLibbpf
internal import CLinux
import Glibc

/// A program attached to an interface by tcx (Linux 6.6), and its only owner here.
///
/// The attachment lasts as long as this value, or a pin of it: when the process ends, however it ends, the kernel takes
/// an unpinned link off the interface.
public struct TCXLink: ~Copyable, Sendable {
    let descriptor: FileDescriptor
    /// Number by which the whole system knows the link.
    public let id: UInt32

    init(taking descriptor: consuming FileDescriptor) throws(BPFError) {
        let info = try ObjectInfo.link(descriptor.rawValue)
        guard info.type == TCX_LINK_TYPE else {
            throw BPFError(.invalidArgument, "link \(info.id) is not a tcx link")
        }
        id = info.id
        self.descriptor = descriptor
    }

    /// Attaches `program` to an interface.
    ///
    /// - Throws: ``BPFError`` of code `notSupported` on a kernel without tcx: see ``ProgramAttachment`` for both ways.
    public static func attach(
        _ program: Program, to interfaceIndex: UInt32, at hook: Hook, position: Position = .first
    ) throws(BPFError) -> TCXLink {
        let flags = position == .first ? TCX_BEFORE : TCX_AFTER
        let fd = SystemCall.createTCXLink(
            program: program.fileDescriptor, interfaceIndex: interfaceIndex, attachType: hook.attachType,
            flags: UInt32(flags))
        guard fd >= 0 else {
            let what = "cannot attach the program \"\(program.name)\" to interface \(interfaceIndex), \(hook)"
            if fd == -EINVAL, try !Features.hasTCX() {
                throw BPFError(
                    .notSupported, "\(what): tcx needs Linux 6.6, this is \(KernelRelease.running)", cause: -fd)
            }
            throw .system(fd, what)
        }
        return try TCXLink(taking: FileDescriptor(taking: fd))
    }

    /// The link pinned at a path of the BPF file system.
    public static func open(pinned path: String) throws(BPFError) -> TCXLink {
        try TCXLink(taking: FileDescriptor(taking: Pin.open(path)))
    }

    /// The link with this number, whoever made it. It stays attached while either holds it.
    public static func open(id: UInt32) throws(BPFError) -> TCXLink {
        let fd = bpf_link_get_fd_by_id(id)
        guard fd >= 0 else { throw .system(fd, "cannot open link \(id)") }
        return try TCXLink(taking: FileDescriptor(taking: fd))
    }

    /// Puts another program in the place of the one attached, from one packet to the next.
    public func update(to program: Program) throws(BPFError) {
        let status = bpf_link_update(descriptor.rawValue, program.fileDescriptor, nil)
        guard status == 0 else { throw .system(status, "cannot put the program \"\(program.name)\" on link \(id)") }
    }

    /// Keeps the link attached under `path` when this process ends.
    public func pin(at path: String) throws(BPFError) {
        try Pin.pin(descriptor.rawValue, at: path)
    }

    /// What the link is on, now. Its interface is 0 after the interface is gone.
    public func info() throws(BPFError) -> LinkInfo {
        try LinkInfo(ObjectInfo.link(descriptor.rawValue))
    }

    /// Takes the program off the interface, even when the link is pinned or others hold it.
    public consuming func detach() throws(BPFError) {
        let status = bpf_link_detach(descriptor.rawValue)
        // ENOLINK: the interface is gone, and the attachment with it.
        guard status == 0 || status == -ENOLINK else { throw .system(status, "cannot detach link \(id)") }
    }
}
