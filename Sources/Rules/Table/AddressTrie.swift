import KernelABI
import Packets

/// A prefix of addresses of one family as the trie's key: the address's first bit is the key's highest.
struct Prefix {
    let key: UInt128
    /// Bits of the key that count.
    let length: Int

    init(key: UInt128, length: Int) {
        self.key = key
        self.length = length
    }

    init(_ network: CIDR) {
        switch network.address {
        case .ipv4(let address): key = UInt128(address) << 96
        case .ipv6(let address): key = address
        }
        length = network.prefixLength
    }

    /// Whether every address of the other prefix is one of this.
    func contains(_ other: Prefix) -> Bool {
        length <= other.length && (key ^ other.key) >> UInt128(128 - length) == 0
    }
}

extension CIDR {
    var isIPv4: Bool {
        switch address {
        case .ipv4: true
        case .ipv6: false
        }
    }
}

/// Builds the tries of all four address look-ups into one array of blocks and one of paths.
///
/// Classes are pushed down to the entries, so that the walk never has to remember the best match so far. Where
/// several prefixes go on by the same bytes, and at the end of a lone prefix, a path takes up to eight bytes at once;
/// blocks are made only where prefixes part.
struct AddressTries {
    /// 256 entries a block.
    private(set) var blocks: [UInt32] = []
    private(set) var paths: [trie_path] = []

    /// - Parameter roots: the first so many blocks are the roots of tries that are added there.
    init(roots: Int = 0) { blocks = Array(repeating: 0, count: roots * 256) }

    /// Adds a trie.
    /// - Parameters:
    ///   - prefixes: Distinct prefixes by key, then by length.
    ///   - classes: The class of the addresses whose longest prefix is the one of the same position.
    ///   - other: The class of addresses that no prefix contains.
    ///   - root: The block where the look-up begins; nil: where it is shortest.
    /// - Returns: The entry where the look-up begins.
    mutating func add(_ prefixes: [Prefix], classes: [UInt32], other: UInt32, root: Int?) -> UInt32 {
        guard let root else { return entry(prefixes, classes, prefixes.indices, bytes: 0, other: other) }
        var (range, other) = (prefixes.indices, other)
        while let first = range.first, prefixes[first].length == 0 {
            other = classes[first]
            range.removeFirst()
        }
        for place in root * 256..<root * 256 + 256 { blocks[place] = other }
        fill(root * 256, prefixes, classes, range, bytes: 0)
        return UInt32(TRIE_BLOCK) | UInt32(root)
    }

    /// The entry for keys that share their first `bytes` bytes with all prefixes in the range.
    private mutating func entry(
        _ prefixes: [Prefix], _ classes: [UInt32], _ range: Range<Int>, bytes: Int, other: UInt32
    ) -> UInt32 {
        var (range, other) = (range, other)
        while let first = range.first, prefixes[first].length <= bytes * 8 {
            other = classes[first]
            range.removeFirst()
        }
        guard let first = range.first, let last = range.last else { return other }
        // A prefix no longer than what first and last have in common contains all others, so it can only be the first.
        let common = (prefixes[first].key ^ prefixes[last].key).leadingZeroBitCount
        let straight = min(common, prefixes[first].length) - bytes * 8
        if range.count == 1, straight <= 64 {
            return path(prefixes[first].key, from: bytes, bits: straight, child: classes[first], miss: other)
        }
        guard straight >= 8 else { return block(prefixes, classes, range, bytes: bytes, other: other) }
        let length = min(straight / 8, 8)
        let child = entry(prefixes, classes, range, bytes: bytes + length, other: other)
        return path(prefixes[first].key, from: bytes, bits: length * 8, child: child, miss: other)
    }

    private mutating func path(_ key: UInt128, from bytes: Int, bits: Int, child: UInt32, miss: UInt32) -> UInt32 {
        guard child != miss else { return miss }
        let mask = UInt64.max << UInt64(64 - bits)
        let next = UInt64(truncatingIfNeeded: (key << UInt128(bytes * 8)) >> 64)
        paths.append(
            trie_path(
                bytes: next & mask, mask: mask, child: child, miss: miss, length: UInt32((bits + 7) / 8), reserved: 0))
        return UInt32(TRIE_PATH) | UInt32(paths.count - 1)
    }

    private mutating func block(
        _ prefixes: [Prefix], _ classes: [UInt32], _ range: Range<Int>, bytes: Int, other: UInt32
    ) -> UInt32 {
        let base = blocks.count
        blocks.append(contentsOf: repeatElement(other, count: 256))
        fill(base, prefixes, classes, range, bytes: bytes)
        let only = blocks[base]
        guard only & UInt32(TRIE_KIND) == TRIE_CLASS, blocks[base..<base + 256].allSatisfy({ $0 == only }) else {
            return UInt32(TRIE_BLOCK) | UInt32(base / 256)
        }
        // Every entry is the same class, so nothing below was kept and the block is the last.
        blocks.removeLast(256)
        return only
    }

    /// Fills in what differs from the entries that are there, of the block that begins at `base`.
    private mutating func fill(
        _ base: Int, _ prefixes: [Prefix], _ classes: [UInt32], _ range: Range<Int>, bytes: Int
    ) {
        // A prefix comes before those that it contains, so what ends in this byte is filled in before it is refined.
        var next = range.lowerBound
        while next < range.upperBound {
            let start = next
            let byte = Self.byte(bytes, of: prefixes[start])
            next += 1
            let free = bytes * 8 + 8 - prefixes[start].length
            if free >= 0 {
                for value in byte..<byte + (1 << free) { blocks[base + value] = classes[start] }
                continue
            }
            while next < range.upperBound, Self.byte(bytes, of: prefixes[next]) == byte { next += 1 }
            let inherited = blocks[base + byte]
            blocks[base + byte] = entry(prefixes, classes, start..<next, bytes: bytes + 1, other: inherited)
        }
    }

    private static func byte(_ index: Int, of prefix: Prefix) -> Int {
        Int(truncatingIfNeeded: prefix.key >> UInt128(120 - index * 8)) & 0xff
    }
}
