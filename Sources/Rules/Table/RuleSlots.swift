import KernelABI
import Packets

/// Where the rules of a list are in its table: each has a *slot*, and blocks are made of slots.
///
/// The list's order says which of several rules decides. For the search it would be a bad one: rules that name different
/// fields, or networks far from each other, share blocks, and most packets would have some rule of each field in every
/// block. So rules that are alike become neighbours, and the search goes by two properties that stay: the rules of a block
/// ascend by their positions in the list, and so do the blocks by their first rules.
struct RuleSlots {
    /// The position in the list of the rule in each slot, or ``free``.
    let positions: [UInt32]
    /// Words of 64 slots that a block has.
    let blockWords: Int

    static let free = UInt32(NO_POSITION)

    /// - Parameter blockWords: as many words are taken for a block if that makes a table that is nearly as good.
    init(_ rules: [Rule], blockWords wanted: Int? = nil) {
        var keys: [UInt128] = []
        keys.reserveCapacity(rules.count)
        for (position, rule) in rules.enumerated() { keys.append(Neighbourhood(rule).key(position)) }
        keys.sort()
        let groups = Self.groups(keys)
        let best = Self.blockWords(groups.map(\.count), keys.count)
        let least = Self.leastBlockWords(keys.count)
        blockWords = wanted.map { least > 1 && least...(best + 1) ~= $0 ? $0 : best } ?? best
        let size = blockWords * Int(RULES_PER_WORD)
        let areApart = Self.blocks(groups.map(\.count), size) <= Int(MAX_BLOCKS)
        var blocks: [ArraySlice<UInt128>] = []
        for group in areApart ? groups : [keys[...]] {
            for start in stride(from: group.startIndex, to: group.endIndex, by: size) {
                blocks.append(group[start..<min(start + size, group.endIndex)])
            }
        }
        positions = Self.slots(blocks.map { $0.map(Neighbourhood.position).sorted() }, size)
    }

    /// The entries of rules, given in the list's order, in the table's.
    static func arranged(_ rules: [rule], _ positions: [UInt32]) -> [rule] {
        positions.map { position in
            var entry = position < rules.count ? rules[Int(position)] : rule()
            entry.position = position
            return entry
        }
    }

    private static func groups(_ keys: [UInt128]) -> [ArraySlice<UInt128>] {
        var groups: [ArraySlice<UInt128>] = []
        var start = 0
        for place in keys.indices where Neighbourhood.field(keys[place]) != Neighbourhood.field(keys[start]) {
            groups.append(keys[start..<place])
            start = place
        }
        return groups + [keys[start...]]
    }

    /// As few words as make no more than 64 blocks, or one more if groups then need not share blocks. A block of one word
    /// is looked up fastest.
    private static func blockWords(_ groups: [Int], _ count: Int) -> Int {
        let perWord = Int(RULES_PER_WORD)
        let least = leastBlockWords(count)
        let isBetter =
            least > 1 && least < Int(MAX_BLOCK_WORDS) && blocks(groups, least * perWord) > Int(MAX_BLOCKS)
            && blocks(groups, (least + 1) * perWord) <= Int(MAX_BLOCKS)
        return isBetter ? least + 1 : least
    }

    private static func leastBlockWords(_ count: Int) -> Int {
        let most = Int(RULES_PER_WORD) * Int(MAX_BLOCKS)
        return max(1, (count + most - 1) / most)
    }

    private static func blocks(_ groups: [Int], _ size: Int) -> Int { groups.reduce(0) { $0 + ($1 + size - 1) / size } }

    private static func slots(_ blocks: [[UInt32]], _ size: Int) -> [UInt32] {
        var slots: [UInt32] = []
        for block in blocks.sorted(by: { ($0.first ?? 0) < ($1.first ?? 0) }) {
            slots += Array(repeating: free, count: (size - slots.count % size) % size)
            slots += block
        }
        return slots
    }
}

/// What a rule has in common with those that should be near it: the field that tells most packets apart from its own,
/// and the value there.
private struct Neighbourhood {
    private var field: UInt64 = 0
    private var value: UInt64 = 0
    private var bits = 0

    init(_ rule: Rule) {
        consider(rule.destinations, 1)
        consider(rule.sources, 3)
        consider(rule.destinationPorts, 5)
        consider(rule.sourcePorts, 6)
    }

    /// Sorts by field, value and position.
    func key(_ position: Int) -> UInt128 {
        UInt128(field) << 96 | UInt128(value) << 32 | UInt128(position)
    }

    static func position(_ key: UInt128) -> UInt32 { UInt32(truncatingIfNeeded: key) }

    static func field(_ key: UInt128) -> UInt128 { key >> 96 }

    /// Networks have as many bits as they have in common. Those of IPv6 are sparse: two of theirs count as one of IPv4's.
    private mutating func consider(_ networks: [CIDR], _ field: UInt64) {
        guard let first = networks.first.map(Prefix.init) else { return }
        let isIPv4 = networks[0].isIPv4
        var common = first.length
        for network in networks.dropFirst() {
            guard network.isIPv4 == isIPv4 else { return }
            let prefix = Prefix(network)
            common = min(common, prefix.length, (prefix.key ^ first.key).leadingZeroBitCount)
        }
        take(isIPv4 ? common : min(common, 64) / 2, isIPv4 ? field : field + 1, UInt64(first.key >> 64))
    }

    private mutating func consider(_ ports: [ClosedRange<UInt16>], _ field: UInt64) {
        guard let least = ports.map(\.lowerBound).min(), let most = ports.map(\.upperBound).max() else { return }
        take((most - least).leadingZeroBitCount, field, UInt64(least))
    }

    private mutating func take(_ bits: Int, _ field: UInt64, _ value: UInt64) {
        guard bits > self.bits else { return }
        (self.bits, self.field, self.value) = (bits, field, value)
    }
}
