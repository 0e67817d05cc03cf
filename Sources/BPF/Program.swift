internal import CLibbpf
import Glibc

/// A loaded program, kept alive by this handle.
public final class Program: Sendable {
    /// What a program is loaded for; `rawValue` is the kernel's `enum bpf_prog_type`.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// BPF_PROG_TYPE_SOCKET_FILTER.
        public static let socketFilter = Kind(rawValue: 1)
        /// BPF_PROG_TYPE_SCHED_CLS: programs at tc ingress and egress.
        public static let classifier = Kind(rawValue: 3)
        /// BPF_PROG_TYPE_XDP.
        public static let xdp = Kind(rawValue: 6)
    }

    let descriptor: FileDescriptor
    /// Number by which the whole system knows the program.
    public let id: UInt32
    /// Name in the kernel: the first 15 bytes of the name in the object.
    public let name: String
    public let kind: Kind

    /// The descriptor's number.
    public var fileDescriptor: Int32 { descriptor.rawValue }

    /// Takes over a program's descriptor and asks the kernel about it.
    public init(taking descriptor: consuming FileDescriptor) throws(BPFError) {
        let info = try ObjectInfo.program(descriptor.rawValue)
        id = info.id
        name = cString(info.name)
        kind = Kind(rawValue: info.type)
        self.descriptor = descriptor
    }

    /// The program with this number, whoever loaded it.
    public static func open(id: UInt32) throws(BPFError) -> Program {
        let fd = bpf_prog_get_fd_by_id(id)
        guard fd >= 0 else { throw .system(fd, "cannot open program \(id)") }
        return try Program(taking: FileDescriptor(taking: fd))
    }

    /// The program pinned at a path of the BPF file system.
    public static func open(pinned path: String) throws(BPFError) -> Program {
        try Program(taking: FileDescriptor(taking: Pin.open(path)))
    }

    /// Pins the program: it stays loaded under `path` when this process ends.
    public func pin(at path: String) throws(BPFError) {
        try Pin.pin(descriptor.rawValue, at: path)
    }

    /// Loads instructions.
    ///
    /// - Parameters:
    ///   - instructions: eBPF instructions as the kernel has them in memory (`struct bpf_insn`), on a little-endian
    ///     machine: opcode in bits 0...7, destination 8...11, source 12...15, offset 16...31, immediate 32...63.
    ///   - name: at most 15 bytes are kept; letters, digits, `_` and `.`.
    /// - Throws: ``BPFError`` of code `refusedByVerifier`, with its log, when the program is not safe.
    public static func load(
        instructions: [UInt64], kind: Kind = .classifier, name: String, license: String = "GPL"
    ) throws(BPFError) -> Program {
        LockedMemory.allow()
        var fd = load(instructions, kind, name, license, log: nil)
        if fd >= 0 { return try Program(taking: FileDescriptor(taking: fd)) }
        // Only now the log: the kernel is much slower with it. It says ENOSPC when the room does not suffice.
        var log = ""
        for size in [1 << 18, 1 << 24] {
            let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            buffer[0] = 0
            let again = load(instructions, kind, name, license, log: buffer)
            if again >= 0 { return try Program(taking: FileDescriptor(taking: again)) }
            if let start = buffer.baseAddress { log = String(cString: start) }
            if again != -ENOSPC {
                fd = again
                break
            }
        }
        throw VerifierLog(log).error(loading: name, errno: fd)
    }

    private static func load(
        _ instructions: [UInt64], _ kind: Kind, _ name: String, _ license: String,
        log: UnsafeMutableBufferPointer<CChar>?
    ) -> Int32 {
        var options = bpf_prog_load_opts()
        options.sz = MemoryLayout<bpf_prog_load_opts>.size
        if let log {
            options.log_buf = log.baseAddress
            options.log_size = UInt32(log.count)
            options.log_level = 1
        }
        // A signal makes the verifier give up with EAGAIN.
        options.attempts = 5
        return instructions.withUnsafeBytes { bytes in
            bpf_prog_load(
                bpf_prog_type(rawValue: kind.rawValue), String(name.prefix(15)), license,
                bytes.baseAddress?.assumingMemoryBound(to: bpf_insn.self), instructions.count, &options)
        }
    }
}
