internal import CLibbpf
import Glibc

extension Map {
    /// Sets the value of a key from raw bytes, for values too large for a Swift type.
    ///
    /// - Parameters:
    ///   - key: ``keySize`` bytes.
    ///   - value: exactly the bytes of one value; one for each possible CPU, each rounded up to 8, in a map per CPU.
    public func update(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) throws(BPFError) {
        try check(key: key.count, value: value.count)
        let status = bpf_map_update_elem(descriptor.rawValue, key.baseAddress, value.baseAddress, 0)
        guard status == 0 else { throw .system(status, "cannot write to the map \"\(name)\"") }
    }

    /// Sets the entry `index` of an array from raw bytes; see ``update(key:value:)``.
    public func update(index: Int, bytes: RawSpan) throws(BPFError) {
        let key = try self.index(index)
        try bytes.withUnsafeBytes { (value) throws(BPFError) in
            try withBytes(of: key) { (key) throws(BPFError) in try update(key: key, value: value) }
        }
    }

    /// The bytes of a key's value, or nil when there is no such key.
    public func lookup(key: UnsafeRawBufferPointer) throws(BPFError) -> [UInt8]? {
        try check(key: key.count, value: nil)
        var status: Int32 = 0
        let value = [UInt8](unsafeUninitializedCapacity: valueLength) { buffer, count in
            status = bpf_map_lookup_elem(descriptor.rawValue, key.baseAddress, buffer.baseAddress)
            count = status == 0 ? valueLength : 0
        }
        if status == -ENOENT { return nil }
        guard status == 0 else { throw .system(status, "cannot read from the map \"\(name)\"") }
        return value
    }

    /// The bytes of the entry `index` of an array.
    public func bytes(at index: Int) throws(BPFError) -> [UInt8] {
        let key = try self.index(index)
        let value = try withBytes(of: key) { (key) throws(BPFError) in try lookup(key: key) }
        guard let value else { throw BPFError(.notFound, "the map \"\(name)\" has nothing at \(index)", cause: ENOENT) }
        return value
    }

    /// Removes a key.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func delete(key: UnsafeRawBufferPointer) throws(BPFError) -> Bool {
        try check(key: key.count, value: nil)
        let status = bpf_map_delete_elem(descriptor.rawValue, key.baseAddress)
        if status == -ENOENT { return false }
        guard status == 0 else { throw .system(status, "cannot delete from the map \"\(name)\"") }
        return true
    }

    /// Bytes of a whole value in a system call: of all possible CPUs where each has one.
    public var valueLength: Int { kind.isPerCPU ? valueStride * PossibleCPUs.count : valueSize }

    /// `index` as a key, once it is known to be in range.
    func index(_ index: Int) throws(BPFError) -> UInt32 {
        guard kind.isArray, 0..<maxEntries ~= index else {
            throw BPFError(
                .invalidArgument, "the map \"\(name)\" has \(maxEntries) entries and no number \(index) among them")
        }
        return UInt32(index)
    }

    /// Refuses types whose size is not the map's: the kernel would read or write past them.
    func check(key: Int, value: Int?) throws(BPFError) {
        guard key == keySize, value == nil || value == valueLength else {
            throw BPFError(
                .invalidArgument,
                "the map \"\(name)\" has keys of \(keySize) and values of \(valueLength) bytes, not of \(key)"
                    + (value.map { " and \($0)" } ?? ""))
        }
    }
}

/// `withUnsafeBytes(of:)` that keeps the error's type.
func withBytes<Value, R>(
    of value: Value, _ body: (UnsafeRawBufferPointer) throws(BPFError) -> R
) throws(BPFError) -> R {
    let result = withUnsafeBytes(of: value) { bytes in
        Result { () throws(BPFError) in try body(bytes) }
    }
    return try result.get()
}
