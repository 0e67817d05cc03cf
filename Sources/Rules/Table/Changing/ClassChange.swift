import KernelABI

/// Turns one rule's bit over in classes: each gets another number, and is copied as far as it has to be.
struct ClassChange {
    /// Where a rule's bit is in every class.
    struct Place {
        let block: Int
        /// Within the block.
        let word: Int
        let bit: UInt64
        let blockWords: Int

        init(slot: Int, blockWords: Int) {
            self.blockWords = blockWords
            block = slot / 64 / blockWords
            word = slot / 64 % blockWords
            bit = 1 << UInt64(slot % 64)
        }
    }

    private let place: Place
    /// For each class that there was, the number of the changed one; 0: not made yet.
    private var changed: [UInt32]
    /// The changed leaf of each leaf.
    private var changedLeaves: [UInt64: UInt64] = [:]

    /// - Parameter count: how many classes there are before the change.
    init(_ place: Place, count: Int) {
        self.place = place
        changed = Array(repeating: 0, count: count)
    }

    /// The number of the class that has the bit turned over.
    mutating func changed(_ number: UInt32, _ memory: inout TableMemory) throws(RuleChange.NoRoom) -> UInt32 {
        if changed[Int(number)] != 0 { return changed[Int(number)] }
        guard memory.used.classes < memory.room.classes else { throw RuleChange.NoRoom() }
        let new = memory.used.classes
        memory.classes[new] = try content(memory.classes[Int(number)], &memory)
        memory.used.classes += 1
        changed[Int(number)] = UInt32(new)
        return UInt32(new)
    }

    /// Turns the bit over in the class itself, which nothing else may have.
    mutating func toggle(_ number: Int, _ memory: inout TableMemory) throws(RuleChange.NoRoom) {
        memory.classes[number] = try content(memory.classes[number], &memory)
    }

    private mutating func content(
        _ old: rule_class, _ memory: inout TableMemory
    ) throws(RuleChange.NoRoom) -> rule_class {
        let bit: UInt64 = 1 << UInt64(place.block)
        let before = (old.summary & (bit - 1)).nonzeroBitCount
        let isThere = old.summary & bit != 0
        let new = try changed(isThere ? block(before, of: old, memory) : class_block(), &memory)
        let summary = new.aggregate != 0 ? old.summary | bit : old.summary & ~bit
        let first = memory.used.classBlocks
        var blocks = (0..<old.summary.nonzeroBitCount).map { block($0, of: old, memory) }
        blocks.replaceSubrange(before..<(before + (isThere ? 1 : 0)), with: new.aggregate != 0 ? [new] : [])
        if blocks.count == 1 {
            return rule_class(summary: summary, block: blocks[0], first: UInt32(first), reserved: 0)
        }
        guard first + blocks.count <= memory.room.classBlocks else { throw RuleChange.NoRoom() }
        for (index, block) in blocks.enumerated() { memory.classBlocks[first + index] = block }
        memory.used.classBlocks += blocks.count
        return rule_class(summary: summary, block: class_block(), first: UInt32(first), reserved: 0)
    }

    /// A block of a class, by its place among those that have rules.
    private func block(_ index: Int, of old: rule_class, _ memory: TableMemory) -> class_block {
        old.summary.nonzeroBitCount == 1 ? old.block : memory.classBlocks[Int(old.first) + index]
    }

    private mutating func changed(
        _ old: class_block, _ memory: inout TableMemory
    ) throws(RuleChange.NoRoom) -> class_block {
        func word(_ word: Int) -> UInt64 {
            guard old.aggregate & 1 << UInt64(word) != 0 else { return 0 }
            return Self.isOne(old.aggregate) ? old.leaf : memory.leafWords[Int(old.leaf) * place.blockWords + word]
        }
        let new = word(place.word) ^ place.bit
        let bit: UInt64 = 1 << UInt64(place.word)
        let aggregate = new == 0 ? old.aggregate & ~bit : old.aggregate | bit
        guard aggregate != 0 else { return class_block() }
        if Self.isOne(aggregate) {
            return class_block(
                aggregate: aggregate, leaf: aggregate == bit ? new : word(aggregate.trailingZeroBitCount))
        }
        let wasLeaf = !Self.isOne(old.aggregate) && old.aggregate != 0
        if wasLeaf, let leaf = changedLeaves[old.leaf] { return class_block(aggregate: aggregate, leaf: leaf) }
        let first = memory.used.leafWords
        guard first + place.blockWords <= memory.room.leafWords else { throw RuleChange.NoRoom() }
        for index in 0..<place.blockWords {
            memory.leafWords[first + index] = index == place.word ? new : word(index)
        }
        memory.used.leafWords += place.blockWords
        let leaf = UInt64(first / place.blockWords)
        if wasLeaf { changedLeaves[old.leaf] = leaf }
        return class_block(aggregate: aggregate, leaf: leaf)
    }

    private static func isOne(_ aggregate: UInt64) -> Bool { aggregate != 0 && aggregate & (aggregate - 1) == 0 }
}
