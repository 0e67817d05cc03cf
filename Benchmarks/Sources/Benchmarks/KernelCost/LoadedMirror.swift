import BPF
import Expressions
import KernelABI
import KernelPrograms
import Rules

/// A mirror's programs in the kernel, to be run on packets: loaded as `MatcherPrograms` in Mirroring loads them, and
/// attached to nothing.
struct LoadedMirror {
    /// What becomes of a packet that matches.
    enum Copying {
        /// It is counted; there is no target.
        case none
        /// All that is done for a copy to one target, whose device does not exist: the kernel refuses the clone
        /// before it makes one.
        case refused
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What is attached to an interface.
    let program: Program
    let programs: [ProgramInfo]
    /// Bytes of all maps, as the kernel accounts for them.
    let mapMemory: Int
    /// Nanoseconds to compile the rules, to load the programs, and to fill the maps.
    let compiling: Double
    let loading: Double
    let filling: Double
    let table: CompiledTable?
    private let counters: PerCPUArrayMap<rule_counters>
    // Keeps the maps that only the object holds.
    private let object: BPFObject

    /// A list of rules, as a mirror loads it.
    /// - Parameter cachePlaces: of the search cache, for each CPU, where a mirror has one; 2 are as good as none.
    init(_ rules: RuleList, _ copying: Copying = .none, cachePlaces: Int? = nil) throws {
        let clock = ContinuousClock()
        let start = clock.now
        // As in MatcherPrograms.
        let isChangeable = rules.rules.count >= 256
        let table = CompiledTable(rules, layout: isChangeable ? .changeable : .compact)
        var settings = table.settings
        settings.cache_mask = UInt32((cachePlaces ?? (isChangeable ? 4096 : 256)) - 1)
        let compiled = clock.now
        let object = try Self.open(copying, rules: table.positions.count, hasTable: true)
        try object.setConstants(settings, at: object.constant(named: "settings").offset)
        let arrays = Self.arrays(of: table)
        for array in arrays { try object.setMaxEntries(array.count, of: array.name) }
        try object.setMaxEntries((Int(settings.cache_mask) + 1) * PossibleCPUs.count, of: "search_cache")
        for program in ["match_egress", "resume_egress"] { try object.setAutoload(false, of: program) }
        try object.load()
        let loaded = clock.now
        for array in arrays { try array.write(object.map(named: array.name)) }
        let entries = table.arranged(rules.rules.map { rule($0.action) })
        try object.map(named: "rules").update(from: 0, bytes: entries.span.bytes)
        let filled = clock.now
        let stages = try ProgramArray(object.map(named: "stages"))
        let names = ["match_ingress", "resume_ingress", "select_ingress"]
        let programs = try names.map { try object.program(named: $0) }
        try stages.set(0, to: programs[2])
        try stages.set(2, to: programs[1])
        program = programs[0]
        self.programs = try programs.map { try $0.info() }
        self.table = table
        compiling = (compiled - start) / .nanoseconds(1)
        loading = (loaded - compiled) / .nanoseconds(1)
        filling = (filled - loaded) / .nanoseconds(1)
        mapMemory = try Self.memory(of: object)
        counters = try PerCPUArrayMap(object.map(named: "rule_counters"))
        self.object = object
    }

    /// A filter expression.
    init(_ text: String, _ copying: Copying = .none) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let expression = try Expression(text)
        let compiled = clock.now
        let object = try Self.open(copying, rules: 1, hasTable: false)
        for program in ["match_ingress", "match_egress", "resume_ingress", "resume_egress"] {
            try object.setAutoload(false, of: program)
        }
        try object.load()
        let stages = try ProgramArray(object.map(named: "stages"))
        let select = try object.program(named: "select_ingress")
        try stages.set(0, to: select)
        let mirrored = [rule(.mirror)]
        try object.map(named: "rules").update(from: 0, bytes: mirrored.span.bytes)
        let instructions = try ExtendedProgram(
            expression, direction: .ingress, ending: .tailCall(programArray: stages.map.fileDescriptor))
        program = try Program.load(instructions: instructions.instructions.map(\.encoded), name: "match_ingress")
        programs = [try program.info(), try select.info()]
        compiling = (compiled - start) / .nanoseconds(1)
        loading = (clock.now - compiled) / .nanoseconds(1)
        filling = 0
        table = nil
        mapMemory = try Self.memory(of: object)
        counters = try PerCPUArrayMap(object.map(named: "rule_counters"))
        self.object = object
    }

    /// Packets that any rule has matched so far.
    func matched() throws -> Int {
        try counters.values().reduce(0) { sum, rule in sum + rule.reduce(0) { $0 + Int($1.matched.packets) } }
    }

    /// Runs it once on each packet, to be sure that it does what its time is taken for.
    func require(_ packets: [[UInt8]], match: Bool, _ what: String) throws {
        let before = try matched()
        for packet in packets { _ = try program.testRun(packet) }
        let growth = try matched() - before
        guard growth == (match ? packets.count : 0) else {
            throw Failure(description: "\(what): of \(packets.count) packets the kernel matched \(growth)")
        }
    }

    // MARK: Loading

    private static func open(_ copying: Copying, rules: Int, hasTable: Bool) throws -> BPFObject {
        let object = try BPFObject(KernelObject.mirror.bytes, name: "mirror")
        var settings = copy_settings()
        settings.has_table = hasTable ? 1 : 0
        if case .refused = copying {
            settings.target_count = 1
            settings.tap_ifindex = UInt32(Int32.max)
            try object.setMaxEntries(rules, of: "outcomes")
        }
        try object.setConstants(settings, at: object.constant(named: "copy_settings").offset)
        for name in ["rules", "rule_counters"] { try object.setMaxEntries(rules, of: name) }
        for program in ["select_egress", "survey_ingress", "survey_egress"] {
            try object.setAutoload(false, of: program)
        }
        return object
    }

    private struct Array {
        let name: String
        let count: Int
        let write: (Map) throws -> Void

        init<Element: BitwiseCopyable>(_ name: String, _ values: [Element], perEntry: Int = 1) {
            self.name = name
            count = values.count / perEntry
            write = { try $0.update(from: 0, bytes: values.span.bytes) }
        }
    }

    private static func arrays(of table: CompiledTable) -> [Array] {
        [
            Array("trie_blocks", table.trieBlocks, perEntry: 256), Array("trie_paths", table.triePaths),
            Array(
                "field_classes", table.fieldClasses, perEntry: table.fieldClasses.count),
            Array("rule_classes", table.classes), Array("class_blocks", table.classBlocks),
            Array("leaf_words", table.leaves),
        ]
    }

    private static func memory(of object: BPFObject) throws -> Int {
        try object.mapNames.reduce(0) { sum, name in try sum + object.map(named: name).memory() }
    }
}
