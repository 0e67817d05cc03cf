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
    private let matched: Map
    private var counted: [UInt8]

    /// - Parameters:
    ///   - resumes: whether a search that is too long for one run may go on in another.
    ///   - logLevel: of the verifier.
    init(_ rules: RuleList, resumes: Bool = true, logLevel: UInt32 = 0) throws {
        table = CompiledTable(rules)
        object = try BPFObject(KernelObject.mirror.bytes, name: "mirror")
        try object.setConstants(table.settings)
        try object.setMaxEntries(table.trieBlocks.count / 256, of: "trie_blocks")
        try object.setMaxEntries(table.triePaths.count, of: "trie_paths")
        try object.setMaxEntries(table.summaries.count, of: "summaries")
        try object.setMaxEntries(table.classBlocks.count, of: "class_blocks")
        try object.setMaxEntries(table.leaves.count / 64, of: "leaf_blocks")
        try object.setMaxEntries(table.actions.count, of: "actions")
        try object.setMaxEntries(table.actions.count, of: "matched")
        try object.setAutoload(false, of: "mirror_matched")
        try object.load(logLevel: logLevel)
        try Self.fill(object, "trie_blocks", table.trieBlocks)
        try Self.fill(object, "trie_paths", table.triePaths)
        try Self.fill(object, "field_classes", table.fieldClasses)
        try Self.fill(object, "summaries", table.summaries)
        try Self.fill(object, "class_blocks", table.classBlocks)
        try Self.fill(object, "leaf_blocks", table.leaves)
        try Self.fill(object, "actions", table.actions)
        programs = [
            .ingress: try object.program(named: "match_ingress"), .egress: try object.program(named: "match_egress"),
        ]
        if resumes {
            let resumptions = try ProgramArray(object.map(named: "resumptions"))
            for direction in Direction.allCases {
                try resumptions.set(Int(direction.rawValue), to: object.program(named: "resume_\(direction)"))
            }
        }
        facts = try Facts()
        matched = try object.map(named: "matched")
        counted = try matched.allBytes()
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
        counted = try matched.allBytes()
        guard counted != before else { return nil }
        let tallies = counted.withUnsafeBytes { now in
            before.withUnsafeBytes { before in
                (0..<now.count / 16).filter { tally in
                    now.load(fromByteOffset: tally * 16, as: UInt64.self)
                        != before.load(fromByteOffset: tally * 16, as: UInt64.self)
                }
            }
        }
        guard tallies.count == 1, let changed = tallies.first else {
            throw Failure(description: "\(tallies.count) counters grew at once")
        }
        let growth = (0..<2).map { word in
            Self.word(counted, changed * 2 + word) - Self.word(before, changed * 2 + word)
        }
        guard growth == [1, UInt64(length)] else {
            throw Failure(description: "one packet of \(length) bytes is counted as \(growth)")
        }
        return changed * 16 / (matched.valueStride * (counted.count / matched.valueStride / matched.maxEntries))
    }

    private static func word(_ bytes: [UInt8], _ index: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.load(fromByteOffset: index * 8, as: UInt64.self) }
    }
}
