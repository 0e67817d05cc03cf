public import BPF

/// What one map of a member is to contain (L3AF's `map_args`).
public struct MapSetting: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public var key: MapValue
        public var value: MapValue

        public init(_ key: MapValue, _ value: MapValue) {
            self.key = key
            self.value = value
        }
    }

    /// Name of the map.
    public var map: String
    /// All that a hash map or trie is to contain; of an array, the entries that are set.
    public var entries: [Entry]

    public init(map: String, entries: [Entry]) {
        self.map = map
        self.entries = entries
    }

    /// Writes the entries, then deletes what else is in a hash map: at no time is one missing that was there before and
    /// shall be there after.
    ///
    /// - Throws: ``ChainingError`` of code `usage` naming the entry that does not fit, before anything is written.
    public func write(to map: Map) throws(ChainingError) {
        let isArray = map.kind.isArray
        let isTrie = map.kind == .lpmTrie
        guard map.kind != .programArray, map.kind != .arrayOfMaps else {
            throw ChainingError(
                .usage, "the map \"\(self.map)\" holds programs or maps, and no numbers can be set in it")
        }
        var encoded: [(key: [UInt8], value: [UInt8])] = []
        for (index, entry) in entries.enumerated() {
            guard let key = entry.key.encoded(map.keySize, isTrieKey: isTrie) else {
                throw ChainingError(
                    .usage,
                    "entry \(index + 1) of \"\(self.map)\" has the key \(entry.key), which is no key of \(map.keySize) "
                        + "bytes\(isTrie ? " of prefix length and address" : "")")
            }
            guard let value = entry.value.encoded(map.valueSize) else {
                throw ChainingError(
                    .usage,
                    "entry \(index + 1) of \"\(self.map)\" has the value \(entry.value), which is no value of "
                        + "\(map.valueSize) bytes")
            }
            encoded.append((key, map.wholeValue(value)))
        }
        try ChainingError.doing("cannot set \"\(self.map)\"") { () throws(BPFError) in
            let stale = isArray ? [] : try map.keys().filter { key in !encoded.contains { $0.key == key } }
            // A full map takes no more before something is out; one that is not keeps all until the new ones are in.
            if !isArray, encoded.count + stale.count > map.maxEntries { for key in stale { try map.delete(key) } }
            for (key, value) in encoded { try map.update(key, value) }
            for key in stale { try map.delete(key) }
        }
    }
}

extension Map {
    /// One value, for each CPU where the map has one for each.
    func wholeValue(_ value: [UInt8]) -> [UInt8] {
        guard kind.isPerCPU else { return value }
        let one = value + [UInt8](repeating: 0, count: valueStride - value.count)
        return (0..<valueLength / valueStride).flatMap { _ in one }
    }

    func update(_ key: [UInt8], _ value: [UInt8]) throws(BPFError) {
        let result = key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                Result { () throws(BPFError) in try update(key: key, value: value) }
            }
        }
        try result.get()
    }

    func lookup(_ key: [UInt8]) throws(BPFError) -> [UInt8]? {
        try key.withUnsafeBytes { key in Result { () throws(BPFError) in try lookup(key: key) } }.get()
    }

    func delete(_ key: [UInt8]) throws(BPFError) {
        _ = try key.withUnsafeBytes { key in Result { () throws(BPFError) in try delete(key: key) } }.get()
    }
}
