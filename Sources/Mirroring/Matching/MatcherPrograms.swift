import BPF
import Expressions
import KernelABI
import KernelPrograms
import Rules

/// The loaded kernel programs of one matcher, with tables and counters of their own.
///
/// Replacing a rule list means loading another set of these beside the first and putting its programs in the place of
/// the first's. What both share is the maps in `Shared`.
struct MatcherPrograms {
    /// Maps that outlive a replacement.
    struct Shared {
        /// What the tunnel program reports about the copies in flight.
        let passage: Map
        /// The counters that are not any rule's; nil before the first programs are loaded.
        var mirrorCounters: Map?
    }

    let ruleNames: [String]
    let targetCount: Int
    private let object: BPFObject
    private let programs: [Hook: Program]
    private let matched: PerCPUArrayMap<tally>
    private let outcomes: PerCPUArrayMap<outcome>
    let mirrorCounters: Map
    /// Maps that lose their contents when no process and no pin holds them: they must be pinned with the programs.
    let programArrays: [Map]

    init(
        _ matcher: Matcher, tap: UInt32, targets: Int, hooks: [Hook], shared: Shared
    ) throws {
        ruleNames = matcher.ruleNames
        targetCount = targets
        object = try BPFObject(KernelObject.mirror.bytes, name: "mirror")
        try object.reuse(shared.passage, as: "passage")
        if let counters = shared.mirrorCounters { try object.reuse(counters, as: "mirror_counters") }
        let rules = max(1, ruleNames.count)
        try object.setMaxEntries(rules, of: "matched")
        try object.setMaxEntries(rules * targets, of: "outcomes")
        let copy = copy_settings(tap_ifindex: tap, target_count: UInt32(targets))
        switch matcher {
        case .rules(let list):
            let table = CompiledTable(list)
            try Self.load(table, copy, hooks, into: object)
            var programs: [Hook: Program] = [:]
            for hook in hooks { programs[hook] = try object.program(named: "match_\(hook)") }
            self.programs = programs
            let resumptions = try ProgramArray(object.map(named: "resumptions"))
            for hook in hooks { try resumptions.set(hook.slot, to: object.program(named: "resume_\(hook)")) }
            programArrays = [resumptions.map]
        case .expression(let expression):
            try Self.load(copy, into: object)
            let entries = try ProgramArray(
                Map.create(.programArray, name: "matched", keySize: 4, valueSize: 4, maxEntries: 2))
            let matched = try object.program(named: "mirror_matched")
            var programs: [Hook: Program] = [:]
            for hook in hooks {
                try entries.set(hook.slot, to: matched)
                programs[hook] = try Self.load(expression, hook, entries.map)
            }
            self.programs = programs
            programArrays = [entries.map]
        }
        matched = try PerCPUArrayMap(object.map(named: "matched"))
        outcomes = try PerCPUArrayMap(object.map(named: "outcomes"))
        mirrorCounters = try object.map(named: "mirror_counters")
    }

    /// The program to attach.
    func program(for hook: Hook) -> Program? { programs[hook] }

    /// What the programs have counted, by rule.
    func counters(targets: [String]) throws -> [RuleCounters] {
        try [RuleCounters](names: ruleNames, targets: targets, matched: matched.map, outcomes: outcomes.map)
    }

    /// Numbers of the counters' maps, by which other processes find them.
    var counterMaps: MirrorRecord.CounterMaps {
        .init(matched: matched.map.id, outcomes: outcomes.map.id, mirror: mirrorCounters.id)
    }

    // MARK: Loading

    private static func load(
        _ table: CompiledTable, _ copy: copy_settings, _ hooks: [Hook], into object: BPFObject
    ) throws {
        var settings = table.settings
        settings.copy = copy
        try object.setConstants(settings)
        try object.setMaxEntries(table.trieBlocks.count / 256, of: "trie_blocks")
        try object.setMaxEntries(table.triePaths.count, of: "trie_paths")
        try object.setMaxEntries(table.summaries.count, of: "summaries")
        try object.setMaxEntries(table.classBlocks.count, of: "class_blocks")
        try object.setMaxEntries(table.leaves.count / 64, of: "leaf_blocks")
        try object.setMaxEntries(table.actions.count, of: "actions")
        try object.setAutoload(false, of: "mirror_matched")
        for hook in Hook.allCases where !hooks.contains(hook) {
            try object.setAutoload(false, of: "match_\(hook)")
            try object.setAutoload(false, of: "resume_\(hook)")
        }
        try object.load()
        try object.fill("trie_blocks", with: table.trieBlocks)
        try object.fill("trie_paths", with: table.triePaths)
        try object.fill("field_classes", with: table.fieldClasses)
        try object.fill("summaries", with: table.summaries)
        try object.fill("class_blocks", with: table.classBlocks)
        try object.fill("leaf_blocks", with: table.leaves)
        try object.fill("actions", with: table.actions)
    }

    private static func load(_ copy: copy_settings, into object: BPFObject) throws {
        var settings = table_settings()
        settings.copy = copy
        try object.setConstants(settings)
        for hook in Hook.allCases {
            try object.setAutoload(false, of: "match_\(hook)")
            try object.setAutoload(false, of: "resume_\(hook)")
        }
        try object.load()
    }

    private static func load(_ expression: Expression, _ hook: Hook, _ entries: Map) throws -> Program {
        let program = try ExtendedProgram(
            expression, direction: hook == .ingress ? .ingress : .egress,
            ending: .tailCall(programArray: entries.fileDescriptor))
        return try Program.load(instructions: program.instructions.map(\.encoded), name: "match_\(hook)")
    }
}

extension Hook {
    /// The slot of its programs in a program array (enum direction).
    fileprivate var slot: Int { self == .ingress ? 0 : 1 }
}

extension BPFObject {
    /// Writes a whole array map.
    fileprivate func fill<Element: BitwiseCopyable>(_ name: String, with values: [Element]) throws {
        try map(named: name).update(from: 0, bytes: values.span.bytes)
    }
}
