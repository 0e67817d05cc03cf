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
