public import BPF

/// A number in a member's map that is asked for now and then (L3AF's `monitor_maps`).
public struct MonitoredNumber: Hashable, Sendable {
    /// Name of the map.
    public var map: String
    public var key: Int64

    public init(map: String, key: Int64) {
        self.map = map
        self.key = key
    }

    /// Makes the number, as 0, where a hash map has none: L3AF's packages count only what is there.
    func create(in map: Map) throws(BPFError) {
        guard !map.kind.isArray, [1, 2, 4, 8].contains(map.valueSize), let key = encodedKey(of: map),
            try map.lookup(key) == nil
        else { return }
        try map.update(key, map.wholeValue([UInt8](repeating: 0, count: map.valueSize)))
    }

    /// The number as it is now: signed when it has eight bytes; the sum where each CPU has one.
    ///
    /// - Returns: nil when the map has no such key, or values of other sizes than 1, 2, 4 and 8 bytes.
    public func read(from map: Map) throws(ChainingError) -> Int64? {
        guard [1, 2, 4, 8].contains(map.valueSize), let key = encodedKey(of: map) else { return nil }
        let bytes = try ChainingError.doing("cannot read \"\(self.map)\"") { () throws(BPFError) in
            try map.lookup(key)
        }
        guard let bytes else { return nil }
        let stride = map.kind.isPerCPU ? map.valueStride : map.valueSize
        return Swift.stride(from: 0, to: bytes.count, by: stride).reduce(0) { sum, start in
            let number = bytes[start..<start + map.valueSize].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return sum &+ Int64(bitPattern: number)
        }
    }

    private func encodedKey(of map: Map) -> [UInt8]? { MapValue.number(key).encoded(map.keySize) }
}
