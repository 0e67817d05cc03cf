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
