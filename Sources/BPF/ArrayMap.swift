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
        guard MemoryLayout<Value>.stride == MemoryLayout<Value>.size else {
            // In a Swift array there is padding between such values, in the map there is none.
            for (offset, value) in values.enumerated() { try set(first + offset, to: value) }
            return
        }
        try map.update(from: first, bytes: values.span.bytes)
    }

    /// All entries, in one system call where the kernel can.
    public func values() throws(BPFError) -> [Value] {
        try map.allBytes().values(stride: map.valueStride)
    }
}
