import BPF
import KernelABI
import KernelPrograms
import Rules
import Testing

/// A rule list in the kernel, asked packet by packet. It has no targets: packets are matched and counted, not copied.
final class LoadedTable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let object: BPFObject
    let table: CompiledTable
    /// The verdict on packets, which is none.
    private static let next: Int32 = -1
    private let programs: [Direction: Program]
    private let facts: Facts
    private let counters: Map
    private var counted: [UInt8]

    /// - Parameters:
    ///   - layout: of the table.
    ///   - cachePlaces: for searches, a power of two for each CPU; 1: none.
    ///   - resumes: whether a search that is too long for one run may go on in another.
    ///   - logLevel: of the verifier.
    init(
        _ list: RuleList, layout: CompiledTable.Layout = .compact, cachePlaces: Int = 1, resumes: Bool = true,
        logLevel: UInt32 = 0
    ) throws {
        table = CompiledTable(list, layout: layout)
        var settings = table.settings
        settings.cache_mask = UInt32(cachePlaces - 1)
        var copying = copy_settings()
        copying.has_table = 1
        object = try BPFObject(KernelObject.mirror.bytes, name: "mirror")
        try object.setConstants(settings, at: object.constant(named: "settings").offset)
        try object.setConstants(copying, at: object.constant(named: "copy_settings").offset)
        try object.setMaxEntries(table.trieBlocks.count / 256, of: "trie_blocks")
        try object.setMaxEntries(table.triePaths.count, of: "trie_paths")
        try object.setMaxEntries(table.classes.count, of: "rule_classes")
        try object.setMaxEntries(table.classBlocks.count, of: "class_blocks")
        try object.setMaxEntries(table.leaves.count, of: "leaf_words")
        try object.setMaxEntries(cachePlaces * PossibleCPUs.count, of: "search_cache")
        try object.setMaxEntries(table.positions.count, of: "rules")
        try object.setMaxEntries(max(1, list.rules.count), of: "rule_counters")
        try object.load(logLevel: logLevel)
        try Self.fill(object, "trie_blocks", table.trieBlocks)
        try Self.fill(object, "trie_paths", table.triePaths)
        try Self.fill(object, "field_classes", table.fieldClasses)
        try Self.fill(object, "rule_classes", table.classes)
        try Self.fill(object, "class_blocks", table.classBlocks)
        try Self.fill(object, "leaf_words", table.leaves)
        try Self.fill(object, "rules", table.arranged(list.rules.map { rule($0.action) }))
        programs = [
            .ingress: try object.program(named: "match_ingress"), .egress: try object.program(named: "match_egress"),
        ]
        let stages = try ProgramArray(object.map(named: "stages"))
        for direction in Direction.allCases {
            let slot = Int(direction.rawValue)
            try stages.set(slot, to: object.program(named: "select_\(direction)"))
            if resumes { try stages.set(2 + slot, to: object.program(named: "resume_\(direction)")) }
        }
        facts = try Facts()
        counters = try object.map(named: "rule_counters")
        counted = try counters.allBytes()
    }

    private static func fill<Element: BitwiseCopyable>(_ object: BPFObject, _ map: String, _ values: [Element]) throws {
        try object.map(named: map).update(from: 0, bytes: values.span.bytes)
    }

    /// The rule under which the kernel counts the frame; nil when it counts it under none.
    ///
    /// - Parameters:
    ///   - tag: the outermost VLAN tag where it is not in the frame's bytes: EtherType and contents.
    ///   - mark: the packet's, which is left alone as the packet is.
    func firstMatch(_ frame: [UInt8], _ direction: Direction, tag: UInt32 = 0, mark: UInt32 = 0xbeef) throws -> Int? {
        guard let matcher = programs[direction] else { throw Failure(description: "\(direction)?") }
        let run = try facts.run(matcher, frame, tag: tag, PacketContext(mark: mark))
        guard run.result == Self.next, run.context?.mark == mark, run.packet == frame else {
            throw Failure(description: "the packet or its mark was changed, or decided upon: \(run.result)")
        }
        return try countedRule(length: frame.count + (tag == 0 ? 0 : 4))
    }

    /// The rule whose counter grew, which must be by one packet of this length and on one CPU.
    private func countedRule(length: Int) throws -> Int? {
        let before = counted
        counted = try counters.allBytes()
        guard counted != before else { return nil }
        let words = MemoryLayout<rule_counters>.size / 8
        let changed = (0..<counted.count / 8 / words).filter { entry in
            (0..<words).contains { Self.word(counted, entry * words + $0) != Self.word(before, entry * words + $0) }
        }
        guard changed.count == 1, let entry = changed.first else {
            throw Failure(description: "\(changed.count) counters grew at once")
        }
        let growth = (0..<words).map { Self.word(counted, entry * words + $0) - Self.word(before, entry * words + $0) }
        guard growth == [1, UInt64(length), 0, 0, 0, 0] else {
            throw Failure(description: "one packet of \(length) bytes is counted as \(growth)")
        }
        return entry / (counted.count / counters.valueStride / counters.maxEntries)
    }

    private static func word(_ bytes: [UInt8], _ index: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.load(fromByteOffset: index * 8, as: UInt64.self) }
    }
}
