internal import CLibbpf
import Glibc

/// What the kernel tells about a loaded program.
public struct ProgramInfo: Hashable, Sendable {
    public let id: UInt32
    /// The first 15 bytes of its name.
    public let name: String
    public let kind: Program.Kind
    /// Hash of the instructions, 16 hexadecimal digits.
    public let tag: String
    public let mapIDs: [UInt32]
    /// Bytes of machine code; 0: it is interpreted.
    public let machineCodeSize: Int
    /// Bytes of verified instructions.
    public let instructionsSize: Int
    /// Instructions that the verifier went through, each as often as it did; 0 before Linux 5.16.
    public let verifiedInstructions: Int
    /// Runs, and nanoseconds in them; counted only while kernel.bpf_stats_enabled is 1.
    public let runCount: UInt64
    public let runNanoseconds: UInt64
    /// Nanoseconds since boot when it was loaded.
    public let loadTime: UInt64
    /// User that loaded it.
    public let userID: UInt32

    /// Reads it from the kernel.
    ///
    /// - Parameter fd: the program's descriptor.
    init(_ fd: Int32) throws(BPFError) {
        let info = try ObjectInfo.program(fd)
        id = info.id
        name = cString(info.name)
        kind = Program.Kind(rawValue: info.type)
        tag = withUnsafeBytes(of: info.tag) { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        mapIDs = try ObjectInfo.mapIDs(ofProgram: fd)
        machineCodeSize = Int(info.jited_prog_len)
        instructionsSize = Int(info.xlated_prog_len)
        verifiedInstructions = Int(info.verified_insns)
        runCount = info.run_cnt
        runNanoseconds = info.run_time_ns
        loadTime = info.load_time
        userID = info.created_by_uid
    }

    /// What the kernel tells about the program of this number.
    ///
    /// - Throws: ``BPFError`` of code `notFound` when it is gone.
    public init(id: UInt32) throws(BPFError) {
        let fd = bpf_prog_get_fd_by_id(id)
        guard fd >= 0 else { throw .system(fd, "cannot open program \(id)") }
        let descriptor = FileDescriptor(taking: fd)
        try self.init(descriptor.rawValue)
    }

    /// All programs of the system.
    ///
    /// - Throws: ``BPFError`` when it is not permitted (CAP_SYS_ADMIN).
    public static func all() throws(BPFError) -> [ProgramInfo] {
        var programs: [ProgramInfo] = []
        for id in try ObjectInfo.ids({ bpf_prog_get_next_id($0, $1) }, of: "programs") {
            do {
                programs.append(try ProgramInfo(id: id))
            } catch  where error.code == .notFound {
                // Gone meanwhile.
            }
        }
        return programs
    }
}

extension Program {
    /// What the kernel tells about the program now.
    public func info() throws(BPFError) -> ProgramInfo {
        try ProgramInfo(fileDescriptor)
    }
}

extension Map {
    /// The ids of all maps of the system.
    ///
    /// - Throws: ``BPFError`` when it is not permitted (CAP_SYS_ADMIN).
    public static func allIDs() throws(BPFError) -> [UInt32] {
        try ObjectInfo.ids({ bpf_map_get_next_id($0, $1) }, of: "maps")
    }
}
