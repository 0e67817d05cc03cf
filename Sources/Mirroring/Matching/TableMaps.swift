import BPF
import KernelABI
import Rules

/// The memory of the maps that a rule list is in, and what is in it.
final class TableMaps {
    private let arrays: [String: MappedArray]
    private let rules: UnsafeMutableBufferPointer<rule>
    private let cache: UnsafeMutableRawBufferPointer
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
        cache = try bytes("search_cache")
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
        forgetSearches()
        if memory != nil { return memory?.write(table) ?? false }
        memory = TableMemory(table, in: places)
        return memory != nil
    }

    /// See ``TableMemory/change(_:to:at:)``.
    func change(_ old: Rule, to new: Rule, at position: Int) -> Bool {
        forgetSearches()
        return memory?.change(old, to: new, at: position) ?? false
    }

    /// What the cache says is true of one table only.
    private func forgetSearches() { cache.initializeMemory(as: UInt8.self, repeating: 0) }

    /// Writes what becomes of the packets of each rule.
    /// - Parameter rules: in the list's order.
    func write(_ rules: [rule], generation: UInt8) {
        for (slot, rule) in (memory?.arranged(rules) ?? rules).enumerated() {
            self.rules[slot] = rule
            self.rules[slot].generation = generation
        }
    }
}
