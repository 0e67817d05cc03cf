internal import CLibbpf
internal import CLinux
import Glibc

/// An XDP program attached to an interface by a link (Linux 5.9), and its only owner here.
///
/// The attachment lasts as long as this value, or a pin of it, as that of a ``TCXLink`` does.
public struct XDPLink: ~Copyable, Sendable {
    /// Where in the driver the program runs.
    public enum Mode: Hashable, Sendable {
        /// In the driver if it can, else ``generic``.
        case automatic
        case driver
        /// In the stack, on packets that have become `sk_buff`s: slower, for every interface.
        case generic

        var flags: UInt32 {
            switch self {
            case .automatic: 0
            case .generic: 1 << 1  // XDP_FLAGS_SKB_MODE
            case .driver: 1 << 2  // XDP_FLAGS_DRV_MODE
            }
        }
    }

    /// What an XDP link is on, now.
    public struct Info: Hashable, Sendable {
        public let id: UInt32
        public let programID: UInt32
        /// 0 when the interface is gone.
        public let interfaceIndex: UInt32
    }

    /// BPF_LINK_TYPE_XDP.
    private static let type: UInt32 = 6
    let descriptor: FileDescriptor
    /// Number by which the whole system knows the link.
    public let id: UInt32

    private init(taking descriptor: consuming FileDescriptor) throws(BPFError) {
        let info = try ObjectInfo.link(descriptor.rawValue)
        guard info.type == Self.type else {
            throw BPFError(.invalidArgument, "link \(info.id) is not an XDP link")
        }
        id = info.id
        self.descriptor = descriptor
    }

    /// Attaches `program` to an interface of the calling thread's network namespace, which has no other.
    ///
    /// - Throws: ``BPFError`` of code `busy`, naming it, when there is another XDP program.
    public static func attach(
        _ program: Program, to interfaceIndex: UInt32, mode: Mode = .automatic
    ) throws(BPFError) -> XDPLink {
        var options = bpf_link_create_opts()
        options.sz = MemoryLayout<bpf_link_create_opts>.size
        options.flags = mode.flags
        let fd = bpf_link_create(program.fileDescriptor, Int32(interfaceIndex), BPF_XDP, &options)
        guard fd >= 0 else {
            let what = "cannot attach the program \"\(program.name)\" to interface \(interfaceIndex), XDP"
            if fd == -EBUSY || fd == -EEXIST {
                let other = attachedProgram(on: interfaceIndex).map { "program \($0)" } ?? "a program"
                throw BPFError(
                    .busy,
                    "\(what): \(other) is attached there, and an interface takes one; see \"bpftool net\", and remove it "
                        + "with \"ip link set dev NAME xdp off\" or by whoever put it there", cause: -fd)
            }
            throw .system(fd, what)
        }
        return try XDPLink(taking: FileDescriptor(taking: fd))
    }

    /// The id of the XDP program on an interface, however it is attached.
    public static func attachedProgram(on interfaceIndex: UInt32) -> UInt32? {
        var id: UInt32 = 0
        guard bpf_xdp_query_id(Int32(interfaceIndex), 0, &id) == 0, id != 0 else { return nil }
        return id
    }

    /// The link pinned at a path of the BPF file system.
    public static func open(pinned path: String) throws(BPFError) -> XDPLink {
        try XDPLink(taking: FileDescriptor(taking: Pin.open(path)))
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

    /// What the link is on, now.
    public func info() throws(BPFError) -> Info {
        // The interface's index is where tcx links have theirs.
        let info = try ObjectInfo.link(descriptor.rawValue)
        return Info(id: info.id, programID: info.program_id, interfaceIndex: info.interface_index)
    }

    /// Takes the program off the interface, even when the link is pinned or others hold it.
    public consuming func detach() throws(BPFError) {
        let status = bpf_link_detach(descriptor.rawValue)
        // The interface is gone, and the attachment with it.
        guard status == 0 || status == -ENOLINK || status == -EINVAL else {
            throw .system(status, "cannot detach link \(id)")
        }
    }
}
