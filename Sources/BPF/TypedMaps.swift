/// An array map of one Swift type.
public struct ArrayMap<Value: BitwiseCopyable>: Sendable {
    public let map: Map

    /// - Throws: ``BPFError`` of code `invalidArgument` when the kernel's map is of another kind or size.
    public init(_ map: Map, of _: Value.Type = Value.self) throws(BPFError) {
        try map.require([.array], value: MemoryLayout<Value>.size)
        self.map = map
    }

    public var count: Int { map.maxEntries }

    /// Writes one entry.
    public func set(_ index: Int, to value: Value) throws(BPFError) {
        let key = try map.index(index)
        try withBytes(of: key) { (key) throws(BPFError) in
            try withBytes(of: value) { (value) throws(BPFError) in try map.update(key: key, value: value) }
        }
    }

    /// One entry as it is now.
    public func value(at index: Int) throws(BPFError) -> Value {
        try map.bytes(at: index).withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    }

    /// Writes entries from `first` on, in one system call where the kernel can.
    public func set(from first: Int = 0, to values: [Value]) throws(BPFError) {
        try map.update(from: first, bytes: values.span.bytes)
    }

    /// All entries, in one system call where the kernel can.
    public func values() throws(BPFError) -> [Value] {
        try map.allBytes().values(stride: map.valueStride)
    }
}

/// An array map with one value a CPU and entry, as counters are kept.
public struct PerCPUArrayMap<Value: BitwiseCopyable>: Sendable {
    public let map: Map

    /// - Throws: ``BPFError`` of code `invalidArgument` when the kernel's map is of another kind or size.
    public init(_ map: Map, of _: Value.Type = Value.self) throws(BPFError) {
        try map.require([.perCPUArray], value: MemoryLayout<Value>.size)
        self.map = map
    }

    public var count: Int { map.maxEntries }

    /// The values of one entry, a possible CPU each.
    public func values(at index: Int) throws(BPFError) -> [Value] {
        try map.bytes(at: index).values(stride: map.valueStride)
    }

    /// The values of all entries: an array a possible CPU each.
    public func values() throws(BPFError) -> [[Value]] {
        let all: [Value] = try map.allBytes().values(stride: map.valueStride)
        let cpus = PossibleCPUs.count
        return stride(from: 0, to: all.count, by: cpus).map { Array(all[$0..<$0 + cpus]) }
    }

    /// Writes one entry, for every CPU the same.
    public func set(_ index: Int, to value: Value) throws(BPFError) {
        let key = try map.index(index)
        let bytes = [UInt8](repeating: value, times: PossibleCPUs.count, stride: map.valueStride)
        try withBytes(of: key) { (key) throws(BPFError) in
            try map.update(key: key, bytes: bytes)
        }
    }
}

/// A hash map (plain or LRU) of Swift types.
public struct HashMap<Key: BitwiseCopyable, Value: BitwiseCopyable>: Sendable {
    public let map: Map

    /// - Throws: ``BPFError`` of code `invalidArgument` when the kernel's map is of another kind or size.
    public init(_ map: Map, of _: (Key.Type, Value.Type) = (Key.self, Value.self)) throws(BPFError) {
        try map.require([.hash, .lruHash], key: MemoryLayout<Key>.size, value: MemoryLayout<Value>.size)
        self.map = map
    }

    /// Adds or replaces a key's value.
    public func set(_ key: Key, to value: Value) throws(BPFError) {
        try withBytes(of: key) { (key) throws(BPFError) in
            try withBytes(of: value) { (value) throws(BPFError) in try map.update(key: key, value: value) }
        }
    }

    /// A key's value, or nil.
    public func value(of key: Key) throws(BPFError) -> Value? {
        let bytes = try withBytes(of: key) { (key) throws(BPFError) in try map.lookup(key: key) }
        return bytes?.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    }

    /// Removes a key; false when there was none.
    @discardableResult
    public func remove(_ key: Key) throws(BPFError) -> Bool {
        try withBytes(of: key) { (key) throws(BPFError) in try map.delete(key: key) }
    }

    /// All keys; those that come or go meanwhile may be missing.
    public func keys() throws(BPFError) -> [Key] {
        try map.keys().map { $0.withUnsafeBytes { $0.loadUnaligned(as: Key.self) } }
    }
}

/// A hash map (plain or LRU) with one value a CPU and key.
public struct PerCPUHashMap<Key: BitwiseCopyable, Value: BitwiseCopyable>: Sendable {
    public let map: Map

    /// - Throws: ``BPFError`` of code `invalidArgument` when the kernel's map is of another kind or size.
    public init(_ map: Map, of _: (Key.Type, Value.Type) = (Key.self, Value.self)) throws(BPFError) {
        try map.require([.perCPUHash, .lruPerCPUHash], key: MemoryLayout<Key>.size, value: MemoryLayout<Value>.size)
        self.map = map
    }

    /// Adds or replaces a key's value, for every CPU the same.
    public func set(_ key: Key, to value: Value) throws(BPFError) {
        let bytes = [UInt8](repeating: value, times: PossibleCPUs.count, stride: map.valueStride)
        try withBytes(of: key) { (key) throws(BPFError) in try map.update(key: key, bytes: bytes) }
    }

    /// A key's values, a possible CPU each, or nil.
    public func values(of key: Key) throws(BPFError) -> [Value]? {
        let bytes = try withBytes(of: key) { (key) throws(BPFError) in try map.lookup(key: key) }
        return bytes?.values(stride: map.valueStride)
    }

    /// Removes a key; false when there was none.
    @discardableResult
    public func remove(_ key: Key) throws(BPFError) -> Bool {
        try withBytes(of: key) { (key) throws(BPFError) in try map.delete(key: key) }
    }

    /// All keys; those that come or go meanwhile may be missing.
    public func keys() throws(BPFError) -> [Key] {
        try map.keys().map { $0.withUnsafeBytes { $0.loadUnaligned(as: Key.self) } }
    }
}

/// A program array: the slots that tail calls jump to.
public struct ProgramArray: Sendable {
    public let map: Map

    /// - Throws: ``BPFError`` of code `invalidArgument` when the kernel's map is of another kind.
    public init(_ map: Map) throws(BPFError) {
        try map.require([.programArray], value: 4)
        self.map = map
    }

    public var count: Int { map.maxEntries }

    /// Makes tail calls to `slot` go to `program`, from one packet to the next.
    public func set(_ slot: Int, to program: Program) throws(BPFError) {
        let key = try map.index(slot)
        let fd = program.fileDescriptor
        try withBytes(of: key) { (key) throws(BPFError) in
            try withBytes(of: fd) { (value) throws(BPFError) in try map.update(key: key, value: value) }
        }
    }

    /// Empties `slot`: tail calls to it fall through. Nothing happens when it is empty.
    public func clear(_ slot: Int) throws(BPFError) {
        let key = try map.index(slot)
        _ = try withBytes(of: key) { (key) throws(BPFError) in try map.delete(key: key) }
    }

    /// The id of the program in `slot`, or nil when it is empty.
    public func programID(at slot: Int) throws(BPFError) -> UInt32? {
        let key = try map.index(slot)
        let bytes = try withBytes(of: key) { (key) throws(BPFError) in try map.lookup(key: key) }
        return bytes?.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    }
}

extension Map {
    /// Checks the map's kind and sizes once, so that typed access needs no more checks.
    fileprivate func require(_ kinds: [Kind], key: Int = 4, value: Int) throws(BPFError) {
        guard kinds.contains(kind), key == keySize, value == valueSize else {
            throw BPFError(
                .invalidArgument,
                "the map \"\(name)\" (type \(kind.rawValue)) has keys of \(keySize) and values of \(valueSize) bytes; "
                    + "expected was type \(kinds.map(\.rawValue)) with \(key) and \(value)")
        }
    }

    fileprivate func update(key: UnsafeRawBufferPointer, bytes: [UInt8]) throws(BPFError) {
        let result = bytes.withUnsafeBytes { value in
            Result { () throws(BPFError) in try update(key: key, value: value) }
        }
        try result.get()
    }
}

extension [UInt8] {
    /// The values in these bytes, `stride` apart.
    fileprivate func values<Value: BitwiseCopyable>(stride: Int) -> [Value] {
        withUnsafeBytes { bytes in
            Swift.stride(from: 0, to: bytes.count, by: stride).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Value.self)
            }
        }
    }

    fileprivate init<Value: BitwiseCopyable>(repeating value: Value, times: Int, stride: Int) {
        self.init(repeating: 0, count: times * stride)
        withUnsafeMutableBytes { bytes in
            for index in 0..<times {
                bytes.storeBytes(of: value, toByteOffset: index * stride, as: Value.self)
            }
        }
    }
}
