public import KernelABI

/// A compiled table in memory that is the caller's, such as the kernel's maps, with room to change rules where they are.
///
/// Nobody may look packets up in it while it is written. The memory must outlive this value.
public struct TableMemory {
    /// How many entries each array has.
    public struct Room: Hashable, Sendable {
        public var trieBlocks: Int
        public var triePaths: Int
        public var classes: Int
        public var classBlocks: Int
        /// Words of leaves.
        public var leafWords: Int

        /// As much, and an eighth and a little more: for some hundred changes of a rule.
        public var withSpare: Room {
            func more(_ count: Int, _ least: Int) -> Int { count + count / 8 + least }
            return Room(
                trieBlocks: more(trieBlocks, 64), triePaths: more(triePaths, 256), classes: more(classes, 512),
                classBlocks: more(classBlocks, 4096), leafWords: more(leafWords, 16_384))
        }

        /// Whether all of the other has room in this.
        func holds(_ other: Room) -> Bool {
            trieBlocks >= other.trieBlocks && triePaths >= other.triePaths && classes >= other.classes
                && classBlocks >= other.classBlocks && leafWords >= other.leafWords
        }
    }

    /// Where the arrays are: as many whole entries as each place has bytes for.
    public struct Places {
        public var trieBlocks: UnsafeMutableRawBufferPointer
        public var triePaths: UnsafeMutableRawBufferPointer
        public var fieldClasses: UnsafeMutableRawBufferPointer
        public var classes: UnsafeMutableRawBufferPointer
        public var classBlocks: UnsafeMutableRawBufferPointer
        public var leafWords: UnsafeMutableRawBufferPointer

        public init(
            trieBlocks: UnsafeMutableRawBufferPointer, triePaths: UnsafeMutableRawBufferPointer,
            fieldClasses: UnsafeMutableRawBufferPointer, classes: UnsafeMutableRawBufferPointer,
            classBlocks: UnsafeMutableRawBufferPointer, leafWords: UnsafeMutableRawBufferPointer
        ) {
            self.trieBlocks = trieBlocks
            self.triePaths = triePaths
            self.fieldClasses = fieldClasses
            self.classes = classes
            self.classBlocks = classBlocks
            self.leafWords = leafWords
        }
    }

    /// Of the table that was written.
    public private(set) var settings: table_settings
    /// As in ``CompiledTable/positions``.
    private(set) var positions: [UInt32]
    let trieBlocks: UnsafeMutableBufferPointer<UInt32>
    let triePaths: UnsafeMutableBufferPointer<trie_path>
    let fieldClasses: UnsafeMutableBufferPointer<UInt32>
    let classes: UnsafeMutableBufferPointer<rule_class>
    let classBlocks: UnsafeMutableBufferPointer<class_block>
    let leafWords: UnsafeMutableBufferPointer<UInt64>
    /// How much there is.
    let room: Room
    /// How much of it is in use.
    var used: Room

    /// Memory with this table in it; nil where that has no room.
    public init?(_ table: CompiledTable, in places: Places) {
        trieBlocks = places.trieBlocks.bindMemory(to: UInt32.self)
        triePaths = places.triePaths.bindMemory(to: trie_path.self)
        fieldClasses = places.fieldClasses.bindMemory(to: UInt32.self)
        classes = places.classes.bindMemory(to: rule_class.self)
        classBlocks = places.classBlocks.bindMemory(to: class_block.self)
        leafWords = places.leafWords.bindMemory(to: UInt64.self)
        room = Room(
            trieBlocks: trieBlocks.count / 256, triePaths: triePaths.count, classes: classes.count,
            classBlocks: classBlocks.count, leafWords: leafWords.count)
        settings = table.settings
        positions = table.positions
        used = table.room
        guard fieldClasses.count >= FieldClasses.count, write(table) else { return nil }
    }

    /// See ``CompiledTable/arranged(_:)``.
    public func arranged(_ rules: [rule]) -> [rule] { RuleSlots.arranged(rules, positions) }

    /// Puts another table in the place of the one that is there.
    /// - Returns: false where there is no room for it; the one that was there is there still.
    public mutating func write(_ table: CompiledTable) -> Bool {
        guard room.holds(table.room) else { return false }
        settings = table.settings
        positions = table.positions
        used = table.room
        _ = trieBlocks.update(fromContentsOf: table.trieBlocks)
        _ = triePaths.update(fromContentsOf: table.triePaths)
        _ = fieldClasses.update(fromContentsOf: table.fieldClasses)
        _ = classes.update(fromContentsOf: table.classes)
        _ = classBlocks.update(fromContentsOf: table.classBlocks)
        _ = leafWords.update(fromContentsOf: table.leaves)
        return true
    }
}

extension CompiledTable {
    /// What its arrays need.
    public var room: TableMemory.Room {
        .init(
            trieBlocks: trieBlocks.count / 256, triePaths: triePaths.count, classes: classes.count,
            classBlocks: classBlocks.count, leafWords: leaves.count)
    }
}

extension CompiledTable {
    /// The table that is in the memory now.
    public init(_ memory: TableMemory) {
        settings = memory.settings
        trieBlocks = Array(memory.trieBlocks[..<(memory.used.trieBlocks * 256)])
        triePaths = Array(memory.triePaths[..<memory.used.triePaths])
        fieldClasses = Array(memory.fieldClasses[..<FieldClasses.count])
        classes = Array(memory.classes[..<memory.used.classes])
        classBlocks = Array(memory.classBlocks[..<memory.used.classBlocks])
        leaves = Array(memory.leafWords[..<memory.used.leafWords])
        positions = memory.positions
    }
}
