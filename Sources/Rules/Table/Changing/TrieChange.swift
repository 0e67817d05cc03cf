import KernelABI

/// Goes through one trie of addresses and changes the classes of those that only one of two rules accepts.
struct TrieChange {
    private let old: [Prefix]?
    private let new: [Prefix]?

    /// - Parameters:
    ///   - old: the networks of the rule as it was, of the trie's family; nil: it accepts every address.
    ///   - new: those of the rule as it is to be.
    init(old: [Prefix]?, new: [Prefix]?) {
        self.old = old
        self.new = new
    }

    mutating func apply(
        root: Int, _ classes: inout ClassChange, _ memory: inout TableMemory
    ) throws(RuleChange.NoRoom) {
        let edges = ((old ?? []) + (new ?? [])).filter { $0.length > 0 }
        guard !edges.isEmpty || isChanged(0) else { return }
        try changeBlock(root, 0, 0, edges, &classes, &memory)
    }

    /// Whether exactly one of the rules accepts the address.
    private func isChanged(_ address: UInt128) -> Bool {
        func accepts(_ prefixes: [Prefix]?) -> Bool {
            prefixes?.contains { $0.contains(Prefix(key: address, length: 128)) } ?? true
        }
        return accepts(old) != accepts(new)
    }

    /// The entry for the addresses that share their first `bytes` bytes with the key.
    /// - Parameter edges: the networks among these addresses; within them, and outside them, all are treated alike.
    private func changed(
        _ entry: UInt32, _ key: UInt128, _ bytes: Int, _ edges: [Prefix], _ classes: inout ClassChange,
        _ memory: inout TableMemory
    ) throws(RuleChange.NoRoom) -> UInt32 {
        guard let edge = edges.first else {
            return isChanged(key) ? try changedWhole(entry, &classes, &memory) : entry
        }
        switch entry & UInt32(TRIE_KIND) {
        case UInt32(TRIE_BLOCK):
            try changeBlock(Int(entry & UInt32(TRIE_INDEX)), key, bytes, edges, &classes, &memory)
            return entry
        case UInt32(TRIE_PATH):
            let index = Int(entry & UInt32(TRIE_INDEX))
            if try changePath(index, key, bytes, edges, &classes, &memory) { return entry }
            let block = try makeBlock(from: index, &memory)
            try changeBlock(block, key, bytes, edges, &classes, &memory)
            return UInt32(TRIE_BLOCK) | UInt32(block)
        default:
            if edges.allSatisfy({ $0.length == edge.length && $0.key == edge.key }) {
                // The last bit turned over: an address right outside.
                let outside = edge.key ^ UInt128(1) << UInt128(128 - edge.length)
                let child = isChanged(edge.key) ? try classes.changed(entry, &memory) : entry
                let miss = isChanged(outside) ? try classes.changed(entry, &memory) : entry
                return try path(edge, from: bytes, child: child, miss: miss, &memory)
            }
            let block = try makeBlock(filledWith: entry, &memory)
            try changeBlock(block, key, bytes, edges, &classes, &memory)
            return UInt32(TRIE_BLOCK) | UInt32(block)
        }
    }

    private func changeBlock(
        _ block: Int, _ key: UInt128, _ bytes: Int, _ edges: [Prefix], _ classes: inout ClassChange,
        _ memory: inout TableMemory
    ) throws(RuleChange.NoRoom) {
        for byte in 0..<256 {
            let below = Prefix(key: key | UInt128(byte) << UInt128(120 - bytes * 8), length: bytes * 8 + 8)
            let inner = edges.filter { $0.length > below.length && below.contains($0) }
            memory.trieBlocks[block * 256 + byte] = try changed(
                memory.trieBlocks[block * 256 + byte], below.key, bytes + 1, inner, &classes, &memory)
        }
    }

    /// Changes a path where it is, if all edges are at its end or behind it.
    /// - Returns: whether they are.
    private func changePath(
        _ index: Int, _ key: UInt128, _ bytes: Int, _ edges: [Prefix], _ classes: inout ClassChange,
        _ memory: inout TableMemory
    ) throws(RuleChange.NoRoom) -> Bool {
        var path = memory.triePaths[index]
        let bits = path.mask.nonzeroBitCount
        let end = Prefix(
            key: key | (UInt128(path.bytes) << 64) >> UInt128(bytes * 8), length: bytes * 8 + bits)
        guard edges.allSatisfy({ end.contains($0) }) else { return false }
        let inner = edges.filter { $0.length > end.length }
        guard inner.isEmpty || bits % 8 == 0 else { return false }
        let outside = end.key ^ UInt128(1) << UInt128(128 - end.length)
        if isChanged(outside) { path.miss = try classes.changed(path.miss, &memory) }
        path.child = try changed(path.child, end.key, bytes + (bits + 7) / 8, inner, &classes, &memory)
        memory.triePaths[index] = path
        return true
    }

    /// Every class below the entry changes.
    private func changedWhole(
        _ entry: UInt32, _ classes: inout ClassChange, _ memory: inout TableMemory
    ) throws(RuleChange.NoRoom) -> UInt32 {
        let index = Int(entry & UInt32(TRIE_INDEX))
        switch entry & UInt32(TRIE_KIND) {
        case UInt32(TRIE_BLOCK):
            for place in index * 256..<index * 256 + 256 {
                memory.trieBlocks[place] = try changedWhole(memory.trieBlocks[place], &classes, &memory)
            }
            return entry
        case UInt32(TRIE_PATH):
            memory.triePaths[index].child = try changedWhole(memory.triePaths[index].child, &classes, &memory)
            memory.triePaths[index].miss = try changedWhole(memory.triePaths[index].miss, &classes, &memory)
            return entry
        default: return try classes.changed(entry, &memory)
        }
    }

    // MARK: New entries

    private func makeBlock(filledWith entry: UInt32, _ memory: inout TableMemory) throws(RuleChange.NoRoom) -> Int {
        guard memory.used.trieBlocks < memory.room.trieBlocks else { throw RuleChange.NoRoom() }
        let block = memory.used.trieBlocks
        memory.used.trieBlocks += 1
        for place in block * 256..<block * 256 + 256 { memory.trieBlocks[place] = entry }
        return block
    }

    /// A block in the place of a path's first byte; what is left of the path stays where it was.
    private func makeBlock(from path: Int, _ memory: inout TableMemory) throws(RuleChange.NoRoom) -> Int {
        let old = memory.triePaths[path]
        let block = try makeBlock(filledWith: old.miss, &memory)
        let bits = old.mask.nonzeroBitCount
        let byte = block * 256 + Int(old.bytes >> 56)
        if bits > 8 {
            memory.triePaths[path] = trie_path(
                bytes: old.bytes << 8, mask: old.mask << 8, child: old.child, miss: old.miss, length: old.length - 1,
                reserved: 0)
            memory.trieBlocks[byte] = UInt32(TRIE_PATH) | UInt32(path)
        } else {
            for place in byte..<byte + 1 << (8 - bits) { memory.trieBlocks[place] = old.child }
        }
        return block
    }

    /// The way to the end of a lone prefix: up to eight bytes a path.
    private func path(
        _ prefix: Prefix, from bytes: Int, child: UInt32, miss: UInt32, _ memory: inout TableMemory
    ) throws(RuleChange.NoRoom) -> UInt32 {
        guard child != miss else { return miss }
        let bits = prefix.length - bytes * 8
        var child = child
        if bits > 64 { child = try path(prefix, from: bytes + 8, child: child, miss: miss, &memory) }
        guard memory.used.triePaths < memory.room.triePaths else { throw RuleChange.NoRoom() }
        let mask = UInt64.max << UInt64(64 - min(bits, 64))
        let next = UInt64(truncatingIfNeeded: (prefix.key << UInt128(bytes * 8)) >> 64)
        let index = memory.used.triePaths
        memory.triePaths[index] = trie_path(
            bytes: next & mask, mask: mask, child: child, miss: miss, length: UInt32((min(bits, 64) + 7) / 8),
            reserved: 0)
        memory.used.triePaths += 1
        return UInt32(TRIE_PATH) | UInt32(index)
    }
}
