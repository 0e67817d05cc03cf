import KernelABI

/// Turns sets of rules into class numbers, one number for equal sets, whatever field they come from.
///
/// There is one current set. A sweep over a field's values adds and removes the few rules that differ from one
/// value to the next, and asks for the class where it stops. A change costs a few instructions; a class costs the
/// blocks that changed since the last one, and a copy of the blocks that have rules when the set is new. No set is
/// ever built from scratch, and none is copied whole: leaves that did not change are shared.
struct ClassBuilder {
    /// Words of 64 rules that a block has.
    let blockWords: Int
    private(set) var classes: [rule_class] = []
    /// As many for each class as are set in its summary, if that is not one.
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

    /// Classes before those that are numbered by their rules.
    private let reserved: Int

    /// A builder whose current set is empty.
    /// - Parameter reserved: the first so many numbers are of classes that ``keep(as:)`` fills.
    init(blockWords: Int, reserved: Int = 0) {
        self.reserved = reserved
        self.blockWords = blockWords
        classes = Array(repeating: rule_class(), count: reserved)
        let maximum = Int(MAX_BLOCKS)
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
        settle()
        if let known = classIndex.find(hash, { isCurrent($0 + reserved) }) { return UInt32(known + reserved) }
        classIndex.insert(hash)
        classes.append(copyOfCurrent())
        return UInt32(classes.count - 1)
    }

    /// Makes the current set the one of a reserved class, which no other place has, whatever is in it.
    mutating func keep(as number: UInt32) {
        settle()
        classes[Int(number)] = copyOfCurrent()
    }

    private mutating func settle() {
        while changed != 0 {
            let block = changed.trailingZeroBitCount
            changed &= changed - 1
            settle(block)
        }
    }

    private mutating func copyOfCurrent() -> rule_class {
        let first = UInt32(classBlocks.count)
        if let onlyBlock { return rule_class(summary: summary, block: onlyBlock, first: first, reserved: 0) }
        var blocks = summary
        while blocks != 0 {
            classBlocks.append(current[blocks.trailingZeroBitCount])
            blocks &= blocks - 1
        }
        return rule_class(summary: summary, block: class_block(), first: first, reserved: 0)
    }

    /// The current set's block, if it has rules in one only.
    private var onlyBlock: class_block? {
        summary.nonzeroBitCount == 1 ? current[summary.trailingZeroBitCount] : nil
    }

    /// Whether a class has the rules of the current set.
    private func isCurrent(_ number: Int) -> Bool {
        let known = classes[number]
        guard known.summary == summary else { return false }
        if let onlyBlock { return known.block == onlyBlock }
        var (blocks, place) = (summary, Int(known.first))
        while blocks != 0 {
            guard current[blocks.trailingZeroBitCount] == classBlocks[place] else { return false }
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

extension class_block {
    fileprivate static func == (one: Self, other: Self) -> Bool {
        one.aggregate == other.aggregate && one.leaf == other.leaf
    }
}
