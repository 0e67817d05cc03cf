internal import CLibbpf
import Glibc

/// A compiled object: open it, configure it, load it, and take its programs and maps.
///
/// An object belongs to one thread or actor. The programs and maps it hands out stand on their own: they can be used
/// anywhere, and live on when the object is gone.
public final class BPFObject {
    let object: OpaquePointer
    /// Name in messages.
    public let name: String
    public private(set) var isLoaded = false
    private var logs: [String: UnsafeMutableBufferPointer<CChar>] = [:]

    /// Reads an object file; nothing goes to the kernel yet.
    ///
    /// - Parameters:
    ///   - bytes: the ELF file.
    ///   - name: for messages, and the start of the kernel's names for the object's data sections.
    /// - Throws: ``BPFError`` of code `invalidArgument` with the library's reason.
    public init(_ bytes: [UInt8], name: String) throws(BPFError) {
        var failure: Int32 = 0
        let (object, log) = LibraryLog.capture { () -> OpaquePointer? in
            name.withCString { name in
                var options = bpf_object_open_opts()
                options.sz = MemoryLayout<bpf_object_open_opts>.size
                options.object_name = name
                let object = bytes.withUnsafeBytes {
                    bpf_object__open_mem($0.baseAddress, $0.count, &options)
                }
                if object == nil { failure = errno }
                return object
            }
        }
        guard let object else {
            throw BPFError(
                .invalidArgument, "cannot read the BPF object \"\(name)\": \(Self.reason(log, errno: failure))",
                cause: failure)
        }
        self.object = object
        self.name = name
    }

    deinit {
        bpf_object__close(object)
        for buffer in logs.values { buffer.deallocate() }
    }

    /// Creates the maps and loads the programs.
    ///
    /// - Parameter logLevel: 0: the verifier writes only about failures; 1, 2: about every instruction; 4: statistics.
    ///   See ``verifierLog(of:)``.
    /// - Throws: ``BPFError`` of code `refusedByVerifier` with the verifier's log, or what else the kernel said. The
    ///   object is of no more use then.
    public func load(logLevel: UInt32 = 0) throws(BPFError) {
        LockedMemory.allow()
        if logLevel > 0 { keepLogs(logLevel) }
        let (status, log) = LibraryLog.capture { bpf_object__load(object) }
        guard status == 0 else { throw failure(status, log) }
        isLoaded = true
    }

    /// What the verifier wrote about a program when the object was loaded with a log level.
    public func verifierLog(of program: String) -> VerifierLog {
        VerifierLog(logs[program]?.baseAddress.map { String(cString: $0) } ?? "")
    }

    private func keepLogs(_ level: UInt32) {
        var current: OpaquePointer?
        while let program = bpf_object__next_program(object, current) {
            current = program
            guard let name = bpf_program__name(program) else { continue }
            // Pages that are never written take no memory.
            let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 1 << 24)
            buffer[0] = 0
            logs[String(cString: name)] = buffer
            bpf_program__set_log_buf(program, buffer.baseAddress, buffer.count)
            bpf_program__set_log_level(program, level)
        }
    }

    /// The error of a load, from what libbpf printed: it puts each refused program's log between two marks.
    private func failure(_ status: Int32, _ log: String) -> BPFError {
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line.hasSuffix("-- BEGIN PROG LOAD LOG --") {
            let program = line.split(separator: "'").dropFirst().first.map(String.init) ?? name
            let text = lines[(index + 1)...].prefix { !$0.hasSuffix("-- END PROG LOAD LOG --") }
            return VerifierLog(text.joined(separator: "\n")).error(loading: program, errno: status)
        }
        for (program, buffer) in logs {
            let text = buffer.baseAddress.map { String(cString: $0) } ?? ""
            if log.contains("prog '\(program)': failed to load"), !text.isEmpty {
                return VerifierLog(text).error(loading: program, errno: status)
            }
        }
        var error = BPFError.system(status, "cannot load the BPF object \"\(name)\"")
        let reason = Self.reason(log, errno: abs(status))
        if !reason.isEmpty { error.message += " (\(reason))" }
        return error
    }

    /// libbpf's warnings in one line.
    private static func reason(_ log: String, errno: Int32) -> String {
        let lines = log.split(separator: "\n").map { $0.hasPrefix("libbpf: ") ? $0.dropFirst(8) : $0 }
        return lines.isEmpty ? BPFError.text(of: errno) : lines.suffix(4).joined(separator: "; ")
    }

    /// A program of the loaded object.
    ///
    /// - Parameter name: of its function.
    public func program(named name: String) throws(BPFError) -> Program {
        let fd = bpf_program__fd(try find(program: name))
        guard fd >= 0 else { throw BPFError(.notFound, "the program \"\(name)\" of \"\(self.name)\" is not loaded") }
        return try Program(taking: FileDescriptor(duplicating: fd))
    }

    /// A map of the loaded object.
    public func map(named name: String) throws(BPFError) -> Map {
        let fd = bpf_map__fd(try find(name))
        guard fd >= 0 else { throw BPFError(.notFound, "the map \"\(name)\" of \"\(self.name)\" is not loaded") }
        return try Map(taking: FileDescriptor(duplicating: fd))
    }

    /// Names of all programs, in the file's order.
    public var programNames: [String] {
        var names: [String] = []
        var current: OpaquePointer?
        while let program = bpf_object__next_program(object, current) {
            current = program
            if let name = bpf_program__name(program) { names.append(String(cString: name)) }
        }
        return names
    }

    /// Names of all maps, data sections (such as `.rodata`) included.
    public var mapNames: [String] {
        var names: [String] = []
        var current: OpaquePointer?
        while let map = bpf_object__next_map(object, current) {
            current = map
            if let name = bpf_map__name(map) { names.append(String(cString: name)) }
        }
        return names
    }

    func find(_ map: String) throws(BPFError) -> OpaquePointer {
        guard let found = bpf_object__find_map_by_name(object, map) else {
            throw BPFError(
                .notFound,
                "the BPF object \"\(name)\" has no map \"\(map)\"; it has \(mapNames.joined(separator: ", "))")
        }
        return found
    }

    func find(program: String) throws(BPFError) -> OpaquePointer {
        guard let found = bpf_object__find_program_by_name(object, program) else {
            throw BPFError(
                .notFound,
                "the BPF object \"\(name)\" has no program \"\(program)\"; it has "
                    + programNames.joined(separator: ", "))
        }
        return found
    }
}
