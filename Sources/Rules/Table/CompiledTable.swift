public import KernelABI

/// A rule list in the form in which the kernel looks packets up: arrays laid out as the structures of `kernel_abi.h`.
///
/// Every array can be handed to the kernel as bytes, and has at least one element, so that a map can be made of it.
/// `docs/design/rule-tables.md` explains the structure and what it costs.
public struct CompiledTable: Sendable {
    /// The constants of the kernel program. `copy` is for the caller to set.
    ///
    /// When the rules name no field at all, `fields` has `FIELD_DIRECTION` all the same: at least one class is asked.
    public let settings: table_settings
    /// `struct trie_block` after `struct trie_block`: 256 entries each.
    public let trieBlocks: [UInt32]
    /// The paths that trie entries of kind `TRIE_PATH` number.
    public let triePaths: [trie_path]
    /// One `struct field_classes`, word by word.
    public let fieldClasses: [UInt32]
    /// What the kernel knows of each class: which blocks have any of its rules, and where these begin.
    public let classes: [rule_class]
    /// The blocks that have any rules of the classes that have several.
    public let classBlocks: [class_block]
    /// Leaf after leaf: `settings.block_words` words each.
    public let leaves: [UInt64]
    /// For each slot the position of its rule in the list, or `NO_POSITION`.
    public let positions: [UInt32]

    /// Compiles the list.
    ///
    /// Time and memory grow with the number of values at which the set of accepting rules changes, not with the
    /// product of fields; 100,000 rules take a fraction of a second.
    ///
    /// - Parameter loaded: the constants of programs that should go on with this table, if that makes it no worse.
    public init(_ rules: RuleList, layout: Layout = .compact, for loaded: table_settings? = nil) {
        let compiler = TableCompiler(rules.rules, layout, blockWords: loaded.map { Int($0.block_words) })
        settings = compiler.settings
        trieBlocks = compiler.tries.blocks.isEmpty ? Array(repeating: 0, count: 256) : compiler.tries.blocks
        triePaths = compiler.tries.paths.isEmpty ? [trie_path()] : compiler.tries.paths
        fieldClasses = compiler.fieldClasses
        classes = compiler.classes.classes
        classBlocks = compiler.classes.classBlocks.isEmpty ? [class_block()] : compiler.classes.classBlocks
        leaves = compiler.classes.leaves.isEmpty ? [0] : compiler.classes.leaves
        positions = compiler.slots.positions.isEmpty ? [RuleSlots.free] : compiler.slots.positions
    }

    /// What becomes of the packets of each rule, in the table's order: what the kernel's map `rules` has.
    /// - Parameter rules: in the list's order.
    public func arranged(_ rules: [rule]) -> [rule] { RuleSlots.arranged(rules, positions) }

    /// Bytes of all arrays together, which is what the kernel's maps hold at least.
    public var byteCount: Int {
        func bytes<Element>(_ array: [Element]) -> Int { array.count * MemoryLayout<Element>.stride }
        return bytes(trieBlocks) + bytes(triePaths) + bytes(fieldClasses) + bytes(classes) + bytes(classBlocks)
            + bytes(leaves) + positions.count * MemoryLayout<rule>.stride
    }
}
