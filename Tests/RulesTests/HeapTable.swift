import KernelABI
import Rules

/// A changeable table in memory of its own.
final class HeapTable {
    private let places: [UnsafeMutableRawBufferPointer]
    private(set) var memory: TableMemory

    /// - Parameter spare: whether there is room for more than the table needs.
    init?(_ list: RuleList, spare: Bool = true) {
        let table = CompiledTable(list, layout: .changeable)
        let room = spare ? table.room.withSpare : table.room
        places = [
            (room.trieBlocks, MemoryLayout<trie_block>.size), (room.triePaths, MemoryLayout<trie_path>.size),
            (table.fieldClasses.count, 4), (room.classes, MemoryLayout<rule_class>.size),
            (room.classBlocks, MemoryLayout<class_block>.size), (room.leafWords, 8),
        ].map { .allocate(byteCount: $0 * $1, alignment: 64) }
        guard
            let memory = TableMemory(
                table,
                in: .init(
                    trieBlocks: places[0], triePaths: places[1], fieldClasses: places[2], classes: places[3],
                    classBlocks: places[4], leafWords: places[5]))
        else { return nil }
        self.memory = memory
    }

    deinit { for place in places { place.deallocate() } }

    func change(_ old: Rule, to new: Rule, at position: Int) -> Bool {
        memory.change(old, to: new, at: position)
    }

    func write(_ list: RuleList) -> Bool { memory.write(CompiledTable(list, layout: .changeable)) }

    var table: CompiledTable { CompiledTable(memory) }
}
