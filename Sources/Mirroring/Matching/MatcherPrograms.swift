import BPF
import Expressions
import KernelABI
import KernelPrograms
import Rules

/// The loaded kernel programs of one matcher, with tables and counters of their own.
///
/// Replacing a rule list means loading another set of these beside the first and putting its programs in the place of
/// the first's. What both share is in ``SharedMaps``.
struct MatcherPrograms {
    let ruleNames: [String]
    let targetCount: Int
    let object: BPFObject
    private let programs: [Hook: Program]
    private let counters: PerCPUArrayMap<rule_counters>
    private let outcomes: PerCPUArrayMap<outcome>
    private let selections: ArrayMap<selection>
    private let budgets: ArrayMap<budget>
    private var selectionTable: SelectionTable
    let mirrorCounters: Map
    /// Maps that lose their contents when no process and no pin holds them: they must be pinned with the programs.
    let programArrays: [Map]

    /// - Parameters:
    ///   - shared: what other programs of this mirror have; what they lack is added.
    ///   - observedFlows: accounts of flows, and programs that count all packets, for a preview; nil: none.
    init(
        _ matcher: Matcher, _ selectionTable: SelectionTable, _ copying: copy_settings, hooks: [Hook],
        shared: inout SharedMaps, observedFlows: Int? = nil
    ) throws {
        ruleNames = matcher.ruleNames
        targetCount = Int(copying.target_count)
        self.selectionTable = selectionTable
        object = try BPFObject(KernelObject.mirror.bytes, name: "mirror")
        let rules = max(1, ruleNames.count)
        try object.setMaxEntries(rules, of: "rule_counters")
        try object.setMaxEntries(rules * targetCount, of: "outcomes")
        try object.setMaxEntries(selectionTable.rules.count, of: "rules")
        try object.setMaxEntries(selectionTable.selections.count, of: "selections")
        try object.setMaxEntries(max(1, selectionTable.budgets.count), of: "budgets")
        try object.setMaxEntries(observedFlows ?? 1, of: "observations")
        try shared.lend(to: object, selectionTable.uses, flowSets: Int(copying.flow_set_mask) + 1)
        var copying = copying
        copying.uses |= selectionTable.uses
        if case .rules = matcher { copying.has_table = 1 }
        try object.setConstants(copying, at: object.constant(named: "copy_settings").offset)
        for hook in Hook.allCases {
            try object.setAutoload(hooks.contains(hook), of: "select_\(hook)")
            try object.setAutoload(observedFlows != nil && hooks.contains(hook), of: "survey_\(hook)")
        }
        var table: CompiledTable?
        switch matcher {
        case .rules(let list):
            let compiled = CompiledTable(list)
            table = compiled
            try Self.prepare(compiled, hooks, object)
        case .expression:
            for hook in Hook.allCases {
                try object.setAutoload(false, of: "match_\(hook)")
                try object.setAutoload(false, of: "resume_\(hook)")
            }
        }
        try object.load()
        try shared.take(from: object, selectionTable.uses)
        if let table { try Self.fill(table, object) }
        try object.fill("rules", with: selectionTable.rules)
        let stages = try ProgramArray(object.map(named: "stages"))
        var programs: [Hook: Program] = [:]
        for hook in hooks {
            let select = try object.program(named: "select_\(hook)")
            try stages.set(hook.slot, to: select)
            switch matcher {
            case .rules:
                try stages.set(Self.resumeStage + hook.slot, to: object.program(named: "resume_\(hook)"))
                programs[hook] = try object.program(named: "match_\(hook)")
            case .expression(let expression): programs[hook] = try Self.load(expression, hook, stages.map)
            }
        }
        self.programs = programs
        programArrays = [stages.map]
        counters = try PerCPUArrayMap(object.map(named: "rule_counters"))
        outcomes = try PerCPUArrayMap(object.map(named: "outcomes"))
        selections = try ArrayMap(object.map(named: "selections"))
        budgets = try ArrayMap(object.map(named: "budgets"))
        mirrorCounters = try object.map(named: "mirror_counters")
        try selections.set(to: selectionTable.selections)
    }

    /// The program to attach.
    func program(for hook: Hook) -> Program? { programs[hook] }

    /// What the programs have counted, by rule.
    func counters(targets: [String]) throws -> [RuleCounters] {
        try [RuleCounters](names: ruleNames, targets: targets, counters: counters.map, outcomes: outcomes.map)
    }

    /// Numbers of the counters' maps, by which other processes find them.
    var counterMaps: MirrorRecord.CounterMaps {
        .init(rules: counters.map.id, outcomes: outcomes.map.id, mirror: mirrorCounters.id)
    }

    // MARK: Selection

    /// Fills the rules' budgets; those of rules that `previous` had with the same rate go on from what was spent there.
    func fillBudgets(continuing previous: MatcherPrograms?) throws {
        var places: [String: Int] = [:]
        for (index, entry) in (previous?.selectionTable.budgets ?? []).enumerated() { places[entry.rule] = index }
        for (index, entry) in selectionTable.budgets.enumerated() {
            var budget = entry.rate.entry
            if let previous, let place = places[entry.rule] {
                budget = try budget.continuing(previous.budgets.value(at: place))
            }
            try budgets.set(index, to: budget)
        }
    }

    /// Puts selections of the same rules in force that differ in their times.
    mutating func update(_ table: SelectionTable) throws {
        guard table.selections.count == selectionTable.selections.count else { return }
        for (index, selection) in table.selections.enumerated()
        where selection.words != selectionTable.selections[index].words {
            try selections.set(index, to: selection)
        }
        selectionTable = table
    }

    // MARK: Loading

    /// Where in `stages` the programs begin that resume a search (enum stage in mirror.h); those that select are first,
    /// where generated programs expect what they end in.
    private static let resumeStage = 2

    private static func prepare(_ table: CompiledTable, _ hooks: [Hook], _ object: BPFObject) throws {
        try object.setConstants(table.settings, at: object.constant(named: "settings").offset)
        try object.setMaxEntries(table.trieBlocks.count / 256, of: "trie_blocks")
        try object.setMaxEntries(table.triePaths.count, of: "trie_paths")
        try object.setMaxEntries(table.classes.count, of: "rule_classes")
        try object.setMaxEntries(table.classBlocks.count, of: "class_blocks")
        try object.setMaxEntries(table.leaves.count, of: "leaf_words")
        for hook in Hook.allCases where !hooks.contains(hook) {
            try object.setAutoload(false, of: "match_\(hook)")
            try object.setAutoload(false, of: "resume_\(hook)")
        }
    }

    private static func fill(_ table: CompiledTable, _ object: BPFObject) throws {
        try object.fill("trie_blocks", with: table.trieBlocks)
        try object.fill("trie_paths", with: table.triePaths)
        try object.fill("field_classes", with: table.fieldClasses)
        try object.fill("rule_classes", with: table.classes)
        try object.fill("class_blocks", with: table.classBlocks)
        try object.fill("leaf_words", with: table.leaves)
    }

    private static func load(_ expression: Expression, _ hook: Hook, _ stages: Map) throws -> Program {
        let program = try ExtendedProgram(
            expression, direction: hook == .ingress ? .ingress : .egress,
            ending: .tailCall(programArray: stages.fileDescriptor))
        return try Program.load(instructions: program.instructions.map(\.encoded), name: "match_\(hook)")
    }
}

extension Hook {
    /// The slot of its programs in a program array, and of its numbers in `surveyed` (enum direction).
    var slot: Int { self == .ingress ? 0 : 1 }
}

extension BPFObject {
    /// Writes a whole array map.
    fileprivate func fill<Element: BitwiseCopyable>(_ name: String, with values: [Element]) throws {
        try map(named: name).update(from: 0, bytes: values.span.bytes)
    }
}
