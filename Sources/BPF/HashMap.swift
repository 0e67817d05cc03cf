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

    /// All keys with their values; those that come or go meanwhile may be missing.
    public func entries() throws(BPFError) -> [(key: Key, value: Value)] {
        let (keys, values) = try map.allEntries()
        return keys.withUnsafeBytes { keys in
            values.withUnsafeBytes { values in
                (0..<(keys.count / map.keySize)).map { index in
                    (
                        keys.loadUnaligned(fromByteOffset: index * map.keySize, as: Key.self),
                        values.loadUnaligned(fromByteOffset: index * map.valueSize, as: Value.self)
                    )
                }
            }
        }
    }
}
