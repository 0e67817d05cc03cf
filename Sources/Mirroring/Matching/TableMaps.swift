import BPF
import KernelABI
import Rules

/// The memory of the maps that a rule list is in, and what is in it.
final class TableMaps {
    private let arrays: [String: MappedArray]
    private let rules: UnsafeMutableBufferPointer<rule>
    private let places: TableMemory.Places
    /// Of a rule list; nil before one is written.
    private var memory: TableMemory?

    init(_ maps: [String: Map]) throws {
        var arrays: [String: MappedArray] = [:]
        func bytes(_ name: String) throws -> UnsafeMutableRawBufferPointer {
            let array = try MappedArray(maps.map(named: name))
            arrays[name] = array
            return array.bytes
        }
        rules = try bytes("rules").bindMemory(to: rule.self)
        places = .init(
            trieBlocks: try bytes("trie_blocks"), triePaths: try bytes("trie_paths"),
            fieldClasses: try bytes("field_classes"), classes: try bytes("rule_classes"),
            classBlocks: try bytes("class_blocks"), leafWords: try bytes("leaf_words"))
        self.arrays = arrays
    }

    /// The most rules that there can be.
    var ruleRoom: Int { rules.count }

    /// - Returns: false where there is no room.
    func write(_ table: CompiledTable) -> Bool {
        if memory != nil { return memory?.write(table) ?? false }
        memory = TableMemory(table, in: places)
        return memory != nil
    }

    /// See ``TableMemory/change(_:to:at:)``.
    func change(_ old: Rule, to new: Rule, at position: Int) -> Bool {
        memory?.change(old, to: new, at: position) ?? false
    }

    /// Writes what becomes of the packets of each rule.
    func write(_ rules: [rule], generation: UInt32) {
        for (index, rule) in rules.enumerated() {
            self.rules[index] = rule
            self.rules[index].generation = generation
        }
    }
}
