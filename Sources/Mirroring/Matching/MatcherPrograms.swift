import BPF
import Expressions
import KernelABI
import KernelPrograms
import Rules

/// The loaded kernel programs of one matcher, with tables and counters of their own.
///
/// Replacing a rule list means having another set of these beside the first and putting its programs in the place of
/// the first's. What both share is in ``SharedMaps``.
struct MatcherPrograms {
    private(set) var ruleNames: [String]
    let targetCount: Int
    /// By name.
    let maps: [String: Map]
    /// Of a preview: what counts all packets and hands them to those that match.
    let surveys: [Hook: Program]
    private let programs: [Hook: Program]
    private let object: MatcherObject
    private let counters: PerCPUArrayMap<rule_counters>
    private let outcomes: PerCPUArrayMap<outcome>
    private let selections: ArrayMap<selection>
    private let budgets: ArrayMap<budget>
    private let tables: TableMaps
    private var selectionTable: SelectionTable
    /// The rules that the tables are of.
    private var list: RuleList?
    let mirrorCounters: Map
    /// Maps that lose their contents when no process and no pin holds them: they must be pinned with the programs.
    let programArrays: [Map]
    /// Tail calls that a packet needs here, at most.
    let tailCalls: Int

    /// Lists of so many rules can be replaced without loading programs anew; shorter ones are looked up a little faster.
    static let changeableFrom = 256

    /// Places of the search cache that each CPU has: `wanted`, a power of two, but no more than 16 MB for all CPUs.
    private static func cachedSearches(_ wanted: Int) -> Int {
        var places = wanted
        while places > 256, places * PossibleCPUs.count * MemoryLayout<cached_search>.size > 16 << 20 { places /= 2 }
        return places
    }

    /// - Parameters:
    ///   - generation: how often the mirror's rules were replaced.
    ///   - shared: what other programs of this mirror have; what they lack is added.
    ///   - observedFlows: accounts of flows, and programs that count all packets, for a preview; nil: none.
    init(
        _ matcher: Matcher, _ selectionTable: SelectionTable, _ copying: copy_settings, generation: UInt8,
        hooks: [Hook], shared: inout SharedMaps, observedFlows: Int? = nil
    ) throws {
        ruleNames = matcher.ruleNames
        targetCount = Int(copying.target_count)
        self.selectionTable = selectionTable
        var object = MatcherObject(copying: copying)
        object.copying.uses |= selectionTable.uses
        var rules = max(1, ruleNames.count)
        var isChangeable = false
        if case .rules(let list) = matcher {
            self.list = list
            object.copying.has_table = 1
            isChangeable = rules >= Self.changeableFrom && observedFlows == nil
            // Some more may come.
            if isChangeable { rules += rules / 16 }
        }
        // The kernel takes a while to make counters for each CPU.
        let (ruleCount, outcomeCount) = (rules, rules * targetCount)
        let counting = Concurrently {
            try [
                "rule_counters": Map.perCPUArray("rule_counters", of: rule_counters.self, ruleCount),
                "outcomes": Map.perCPUArray("outcomes", of: outcome.self, outcomeCount),
            ]
        }
        object.entries = [
            "selections": selectionTable.selections.count,
            "budgets": max(1, selectionTable.budgets.count), "observations": observedFlows ?? 1,
        ]
        var table: CompiledTable?
        if let list {
            let compiled = CompiledTable(list, layout: isChangeable ? .changeable : .compact)
            table = compiled
            object.table = compiled.settings
            let cached = Self.cachedSearches(isChangeable ? 4096 : 256)
            object.table?.cache_mask = UInt32(cached - 1)
            let room = isChangeable ? compiled.room.withSpare : compiled.room
            let slots = compiled.positions.count
            object.entries.merge([
                "search_cache": cached * PossibleCPUs.count,
                "rules": isChangeable ? slots + slots / 16 : slots,
                "trie_blocks": room.trieBlocks, "trie_paths": room.triePaths, "rule_classes": room.classes,
                "class_blocks": room.classBlocks, "leaf_words": room.leafWords,
            ]) { $1 }
        }
        var lent = shared.lent
        lent.merge(try counting.value()) { $1 }
        if let flowSets = shared.newFlowSets(selectionTable.uses, Int(copying.flow_set_mask) + 1) {
            object.entries["flows"] = flowSets
        }
        let hasTable = table != nil
        let names = hooks.map { hook in
            ["select_\(hook)"] + (!hasTable ? [] : ["match_\(hook)", "resume_\(hook)"])
                + (observedFlows == nil ? [] : ["survey_\(hook)"])
        }
        let made = try object.make(hasTable ? [] : names.flatMap(\.self), lent: lent)
        let maps = made.maps
        var loaded = made.programs
        shared.take(from: maps, selectionTable.uses)
        tables = try TableMaps(maps)
        let loading = object
        let (firstNames, lastNames) =
            hasTable && names.count > 1 ? (names[0], names[1]) : ([], hasTable ? names[0] : [])
        let first = Concurrently { firstNames.isEmpty ? [:] : try loading.load(firstNames, maps) }
        if let table, !tables.write(table) {
            throw MirrorError(.kernel, "the table of \(ruleNames.count) rules does not fit the maps made for it")
        }
        tables.write(selectionTable.rules, generation: generation)
        if !lastNames.isEmpty { loaded.merge(try object.load(lastNames, maps)) { $1 } }
        loaded.merge(try first.value()) { $1 }
        self.object = object
        self.maps = maps
        tailCalls = 1 + (table.map { Self.resumptions($0, slots: object.entries["rules"] ?? 0) } ?? 0)
        let stages = try ProgramArray(maps.map(named: "stages"))
        var (programs, surveys): ([Hook: Program], [Hook: Program]) = ([:], [:])
        for hook in hooks {
            if let select = loaded["select_\(hook)"] { try stages.set(hook.slot, to: select) }
            if let resume = loaded["resume_\(hook)"] { try stages.set(Self.resumeStage + hook.slot, to: resume) }
            switch matcher {
            case .rules: programs[hook] = loaded["match_\(hook)"]
            case .expression(let expression): programs[hook] = try Self.load(expression, hook, stages.map)
            }
            if let survey = loaded["survey_\(hook)"], let match = programs[hook] {
                try stages.set(Self.matchStage + hook.slot, to: match)
                surveys[hook] = survey
            }
        }
        self.programs = programs
        self.surveys = surveys
        programArrays = [stages.map]
        counters = try PerCPUArrayMap(maps.map(named: "rule_counters"))
        outcomes = try PerCPUArrayMap(maps.map(named: "outcomes"))
        selections = try ArrayMap(maps.map(named: "selections"))
        budgets = try ArrayMap(maps.map(named: "budgets"))
        mirrorCounters = try maps.map(named: "mirror_counters")
        try selections.set(to: selectionTable.selections)
    }

    /// How often a search among so many slots is resumed, at most (Kernel/mirror/Table.swift, `steps`).
    private static func resumptions(_ table: CompiledTable, slots: Int) -> Int {
        let words = max(1, Int(table.settings.block_words))
        let blocks = (slots + words * 64 - 1) / (words * 64)
        let steps = words > 1 ? blocks * (words + 1) : blocks
        let run = max(words * 5 / 2, 16)
        return max(0, steps - 8 + run - 1) / run
    }

    /// The program to attach.
    func program(for hook: Hook) -> Program? { programs[hook] }

    /// Maps that have to last as long as the programs do, for whoever keeps those.
    var lasting: [String: Map] {
        maps.filter { $0.key == "stages" }
    }

    /// What the programs have counted, by rule.
    func counters(targets: [String]) throws -> [RuleCounters] { try counted.read(targets: targets) }

    /// Where they count.
    var counted: CountedRules { CountedRules(names: ruleNames, counters: counters.map, outcomes: outcomes.map) }

    /// Numbers of the counters' maps, by which other processes find them.
    var counterMaps: MirrorRecord.CounterMaps {
        .init(rules: counters.map.id, outcomes: outcomes.map.id, mirror: mirrorCounters.id)
    }

    // MARK: Selection

    /// Fills the rules' budgets; those of rules that `previous` had with the same rate go on from what was spent there.
    func fillBudgets(continuing previous: MatcherPrograms?) throws {
        try fillBudgets(continuing: previous?.budgets, of: previous?.budgetedRules ?? [])
    }

    /// The same for budgets that another process has kept: of these rules, in this order.
    func fillBudgets(continuing previous: ArrayMap<budget>?, of rules: [String]) throws {
        let places = Dictionary(rules.enumerated().map { ($1, $0) }) { $1 }
        for (index, entry) in selectionTable.budgets.enumerated() {
            var budget = entry.rate.entry
            if let previous, let place = places[entry.rule] {
                budget = try budget.continuing(previous.value(at: place))
            }
            try budgets.set(index, to: budget)
        }
    }

    /// The rules with budgets of their own, in the order in which they are kept.
    var budgetedRules: [String] { selectionTable.budgets.map(\.rule) }

    /// Puts selections of the same rules in force that differ in their times.
    mutating func update(_ table: SelectionTable) throws {
        guard table.selections.count == selectionTable.selections.count else { return }
        for (index, selection) in table.selections.enumerated()
        where selection.words != selectionTable.selections[index].words {
            try selections.set(index, to: selection)
        }
        selectionTable.selections = table.selections
    }

    // MARK: Other rules

    /// Bytes of the maps that rules are in.
    var tableBytes: Int {
        MatcherObject.tableMaps.reduce(0) { $0 + (maps[$1].map { $0.maxEntries * $0.valueSize } ?? 0) }
    }

    /// Whether another list may be put in the place of this one's when no packet is judged by these programs any more.
    var isChangeable: Bool { (list?.rules.count ?? 0) >= Self.changeableFrom && selectionTable.budgets.isEmpty }

    /// Counts from zero again.
    func clearCounters() throws {
        try counters.map.clear()
        try outcomes.map.clear()
    }

    /// Changes few rules of the list, where that makes it the other.
    ///
    /// No packet may be judged by these programs, here and in ``take(_:_:generation:)``.
    /// - Returns: whether they now judge by it; if not, the tables have to be written whole.
    mutating func change(to list: RuleList, _ selecting: inout MirrorSelecting, generation: UInt8) -> Bool {
        guard let positions = self.list?.positions(changedIn: list, atMost: Self.fewRules), let old = self.list else {
            return false
        }
        for position in positions {
            let rule = list.rules[position]
            guard selecting.change(&selectionTable, at: position, to: rule),
                tables.change(old.rules[position], to: rule, at: position)
            else { return false }
            ruleNames[position] = rule.name
        }
        tables.write(selectionTable.rules, generation: generation)
        self.list = list
        return true
    }

    /// Puts another list in the place of the one that is there.
    /// - Returns: whether there is room for it, and the programs look at all it names; if not, they are of no more use.
    mutating func take(_ list: RuleList, _ selectionTable: SelectionTable, generation: UInt8) throws -> Bool {
        guard list.rules.count >= Self.changeableFrom, list.rules.count <= counters.count,
            selectionTable.budgets.isEmpty,
            selectionTable.uses & ~object.copying.uses == 0, selectionTable.selections.count <= selections.count
        else { return false }
        let table = CompiledTable(list, layout: .changeable, for: object.table)
        guard let loaded = object.table, loaded.serves(table.settings), table.positions.count <= tables.ruleRoom,
            tables.write(table)
        else { return false }
        tables.write(selectionTable.rules, generation: generation)
        try selections.set(to: selectionTable.selections)
        self.selectionTable = selectionTable
        self.list = list
        ruleNames = list.rules.map(\.name)
        return true
    }

    /// More are faster compiled with all others.
    private static let fewRules = 64

    // MARK: Loading

    /// Where in `stages` the programs begin that resume a search (enum stage in mirror.h); those that select are first,
    /// where generated programs expect what they end in.
    private static let resumeStage = 2
    /// And those that match, for programs that count all packets before.
    private static let matchStage = 4

    private static func load(_ expression: Expression, _ hook: Hook, _ stages: Map) throws -> Program {
        let program = try ExtendedProgram(
            expression, direction: hook == .ingress ? .ingress : .egress,
            ending: .tailCall(programArray: stages.fileDescriptor))
        return try Program.load(instructions: program.instructions.map(\.encoded), name: "match_\(hook)")
    }
}

extension [String: Map] {
    /// A map of the mirror's object.
    func map(named name: String) throws(BPFError) -> Map {
        guard let map = self[name] else { throw BPFError(.notFound, "the mirror has no map \"\(name)\"") }
        return map
    }
}

extension Hook {
    /// The slot of its programs in a program array, and of its numbers in `surveyed` (enum direction).
    var slot: Int { self == .ingress ? 0 : 1 }
}
