internal import CLibbpf
import Glibc

/// What is set before ``load(logLevel:)``.
extension BPFObject {
    /// Sets how many entries a map will have.
    public func setMaxEntries(_ count: Int, of map: String) throws(BPFError) {
        let status = bpf_map__set_max_entries(try find(map), UInt32(clamping: count))
        guard status == 0 else { throw .system(status, "cannot give the map \"\(map)\" \(count) entries") }
    }

    /// Lets an array's memory be shared with programs (BPF_F_MMAPABLE, Linux 5.5): see ``MappedArray``.
    public func setMappable(_ map: String) throws(BPFError) {
        let found = try find(map)
        let status = bpf_map__set_map_flags(found, bpf_map__map_flags(found) | UInt32(BPF_F_MMAPABLE))
        guard status == 0 else { throw .system(status, "cannot have the memory of \"\(map)\" shared") }
    }

    /// Uses an existing map in place of the object's own of that name.
    ///
    /// - Throws: ``BPFError`` when the object has no such map; one that does not fit is refused by ``load(logLevel:)``.
    public func reuse(_ map: Map, as name: String) throws(BPFError) {
        let status = bpf_map__reuse_fd(try find(name), map.fileDescriptor)
        guard status == 0 else { throw .system(status, "cannot use map \(map.id) as \"\(name)\"") }
    }

    /// Names the map whose layout the maps inside an array or hash of maps have.
    public func setInnerMap(_ inner: Map, of name: String) throws(BPFError) {
        // The library keeps this descriptor and closes it.
        let copy = try FileDescriptor(duplicating: inner.fileDescriptor).release()
        let status = bpf_map__set_inner_map_fd(try find(name), copy)
        guard status == 0 else {
            close(copy)
            throw .system(status, "cannot set the inner map of \"\(name)\"")
        }
    }

    /// Writes the object's constants: the program is verified, and optimised, for these values.
    ///
    /// - Parameters:
    ///   - value: the one `const volatile` struct at `offset` in `.rodata`.
    ///   - offset: in bytes.
    /// - Throws: ``BPFError`` of code `invalidArgument` when it does not fit.
    public func setConstants<Value: BitwiseCopyable>(_ value: Value, at offset: Int = 0) throws(BPFError) {
        guard !isLoaded else {
            throw BPFError(.invalidArgument, "the constants of \"\(name)\" are set before it is loaded, not after")
        }
        var size = 0
        guard let map = bpf_object__find_map_by_name(object, ".rodata"),
            let start = bpf_map__initial_value(map, &size)
        else {
            throw BPFError(.notFound, "the BPF object \"\(name)\" has no constants (.rodata)")
        }
        let length = MemoryLayout<Value>.size
        guard offset >= 0, length <= size, offset <= size - length else {
            throw BPFError(
                .invalidArgument,
                "\(length) bytes of constants at \(offset) do not fit the \(size) bytes of \"\(name)\"")
        }
        // The library maps the section writable until it is loaded; only its signature says const.
        UnsafeMutableRawPointer(mutating: start).storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    /// Bytes of `.rodata`; 0 when the object has none.
    public var constantsSize: Int {
        var size = 0
        guard let map = bpf_object__find_map_by_name(object, ".rodata") else { return 0 }
        return bpf_map__initial_value(map, &size) == nil ? 0 : size
    }

    /// Where a constant is in `.rodata`, as the object's type information (BTF) tells it.
    ///
    /// - Returns: its offset and size in bytes.
    /// - Throws: ``BPFError`` of code `notFound` when the object has no type information or no such constant.
    public func constant(named symbol: String) throws(BPFError) -> (offset: Int, size: Int) {
        if let types = bpf_object__btf(object) {
            // 15: BTF_KIND_DATASEC, which two headers define.
            let section = btf__find_by_name_kind(types, ".rodata", 15)
            if section > 0, let section = btf__type_by_id(types, UInt32(section)) {
                let count = Int(section.pointee.info & 0xffff)
                let entries = UnsafeRawPointer(section.advanced(by: 1)).assumingMemoryBound(to: btf_var_secinfo.self)
                for entry in UnsafeBufferPointer(start: entries, count: count) {
                    guard let variable = btf__type_by_id(types, entry.type),
                        let name = btf__name_by_offset(types, variable.pointee.name_off)
                    else { continue }
                    if String(cString: name) == symbol { return (Int(entry.offset), Int(entry.size)) }
                }
            }
        }
        throw BPFError(.notFound, "the BPF object \"\(name)\" names no constant \"\(symbol)\"")
    }

    /// Leaves a program out when the object is loaded, or takes it in again.
    public func setAutoload(_ load: Bool, of program: String) throws(BPFError) {
        let status = bpf_program__set_autoload(try find(program: program), load)
        guard status == 0 else { throw .system(status, "cannot choose whether to load \"\(program)\"") }
    }

    /// Sets what a program is loaded for, where its section's name does not say it.
    public func setKind(_ kind: Program.Kind, of program: String) throws(BPFError) {
        let status = bpf_program__set_type(try find(program: program), bpf_prog_type(rawValue: kind.rawValue))
        guard status == 0 else { throw .system(status, "cannot set the type of \"\(program)\"") }
    }
}
