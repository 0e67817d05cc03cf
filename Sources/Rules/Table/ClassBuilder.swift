import KernelABI

/// Turns sets of rules into class numbers, one number for equal sets, whatever field they come from.
///
/// There is one current set. A sweep over a field's values adds and removes the few rules that differ from one
/// value to the next, and asks for the class where it stops. A change costs a few instructions; a class costs the
/// blocks that changed since the last one, and a copy of the blocks that have rules when the set is new. No set is
/// ever built from scratch, and none is copied whole: leaves that did not change are shared.
struct ClassBuilder {
    /// Words of 64 rules that a block has: as few as make no more than 64 blocks.
    let blockWords: Int
    private(set) var classes: [rule_class] = []
    /// As many for each class as are set in its summary.
    private(set) var classBlocks: [class_block] = []
    /// `blockWords` a leaf.
    private(set) var leaves: [UInt64] = []

    private var words: [UInt64]
    private var current: [class_block]
    private var blockHashes: [UInt64]
    private var summary: UInt64 = 0
    private var hash: UInt64 = 0
    private var changed: UInt64 = 0
    private var classIndex = HashIndex()
    private var leafIndex = HashIndex()

    /// A builder whose current set is empty.
    init(ruleCount: Int) {
        let (wordCount, maximum) = ((ruleCount + Int(RULES_PER_WORD) - 1) / Int(RULES_PER_WORD), Int(MAX_BLOCKS))
        blockWords = max(1, (wordCount + maximum - 1) / maximum)
        words = Array(repeating: 0, count: blockWords * maximum)
        current = Array(repeating: class_block(), count: maximum)
        blockHashes = Array(repeating: 0, count: maximum)
    }

    /// Whether the rule is in the current set.
    func contains(_ rule: Int) -> Bool {
        words[rule / 64] & 1 << UInt64(rule % 64) != 0
    }

    /// Adds the rule to the current set, or removes it when it is in.
    mutating func toggle(_ rule: Int) {
        let word = rule / 64
        let block = word / blockWords
        words[word] ^= 1 << UInt64(rule % 64)
        let bit: UInt64 = 1 << UInt64(word - block * blockWords)
        if words[word] == 0 { current[block].aggregate &= ~bit } else { current[block].aggregate |= bit }
        // A rule's key depends on its place in the block only, so that equal leaves of different blocks are one leaf.
        let key = Self.key(rule - block * blockWords * 64)
        blockHashes[block] ^= key
        hash ^= key << UInt64(block) | key >> UInt64(64 - block)
        changed |= 1 << UInt64(block)
    }

    /// Makes the current set the one whose bitmap is given, 64 rules a word.
    mutating func replace(with bitmap: [UInt64]) {
        for word in bitmap.indices where bitmap[word] != words[word] {
            var difference = bitmap[word] ^ words[word]
            while difference != 0 {
                toggle(word * 64 + difference.trailingZeroBitCount)
                difference &= difference - 1
            }
        }
    }

    /// The class of the current set.
    mutating func currentClass() -> UInt32 {
        while changed != 0 {
            let block = changed.trailingZeroBitCount
            changed &= changed - 1
            settle(block)
        }
        if let known = classIndex.find(hash, isCurrent) { return UInt32(known) }
        classIndex.insert(hash)
        classes.append(rule_class(summary: summary, first: UInt32(classBlocks.count), reserved: 0))
        var blocks = summary
        while blocks != 0 {
            classBlocks.append(current[blocks.trailingZeroBitCount])
            blocks &= blocks - 1
        }
        return UInt32(classes.count - 1)
    }

    /// Whether a class has the rules of the current set.
    private func isCurrent(_ number: Int) -> Bool {
        guard classes[number].summary == summary else { return false }
        var (blocks, place) = (summary, Int(classes[number].first))
        while blocks != 0 {
            let (one, other) = (current[blocks.trailingZeroBitCount], classBlocks[place])
            guard one.aggregate == other.aggregate, one.leaf == other.leaf else { return false }
            place += 1
            blocks &= blocks - 1
        }
        return true
    }

    /// Finds or makes the leaf of a block that changed.
    private mutating func settle(_ block: Int) {
        let aggregate = current[block].aggregate
        let first = block * blockWords
        guard aggregate != 0 else {
            summary &= ~(1 << UInt64(block))
            current[block].leaf = 0
            return
        }
        summary |= 1 << UInt64(block)
        guard aggregate & (aggregate - 1) != 0 else {
            current[block].leaf = words[first + aggregate.trailingZeroBitCount]
            return
        }
        let known = leafIndex.find(blockHashes[block]) { number in
            for word in 0..<blockWords where leaves[number * blockWords + word] != words[first + word] { return false }
            return true
        }
        if let known {
            current[block].leaf = UInt64(known)
            return
        }
        current[block].leaf = UInt64(leafIndex.count)
        leafIndex.insert(blockHashes[block])
        leaves.append(contentsOf: words[first..<first + blockWords])
    }

    /// A pseudo-random number for each place: a set's hash is the exclusive or of its members' (Zobrist hashing).
    ///
    /// The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    private static func key(_ place: Int) -> UInt64 {
        var value = UInt64(place + 1) &* 0x9e37_79b9_7f4a_7c15
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
