import BPF
import KernelABI

/// Pins of where the programs of a mirror count that stand in chains: a set for each time that its rules were replaced.
///
/// What was counted is in the record only after no packet can be in the programs any more. A process that is killed
/// before that leaves more than one set, and the next one counts them together.
struct RunPins {
    /// Of the mirror's maps.
    let folder: String

    private static let counters = "counters"
    private static let outcomes = "outcomes"
    private static let budgets = "budgets"

    private func path(_ kind: String, _ generation: UInt32) -> String { "\(folder)/\(kind)@\(generation)" }

    func pin(_ programs: MatcherPrograms, _ generation: UInt32) throws {
        remove(generation)
        try programs.counted.counters.pin(at: path(Self.counters, generation))
        try programs.counted.outcomes.pin(at: path(Self.outcomes, generation))
        try programs.maps.map(named: "budgets").pin(at: path(Self.budgets, generation))
    }

    /// Generations of which there are pins, the oldest first.
    var generations: [UInt32] {
        let names = (try? Pin.list(folder)) ?? []
        return names.compactMap { name in
            name.hasPrefix(Self.counters + "@") ? UInt32(name.dropFirst(Self.counters.count + 1)) : nil
        }.sorted()
    }

    /// Names of maps in the folder that are not of one generation.
    static func isShared(_ name: String) -> Bool { !name.contains("@") }

    func counted(_ generation: UInt32, names: [String]) throws(BPFError) -> CountedRules {
        let counters = try Map.open(pinned: path(Self.counters, generation))
        let outcomes = try Map.open(pinned: path(Self.outcomes, generation))
        return CountedRules(names: Array(names.prefix(counters.maxEntries)), counters: counters, outcomes: outcomes)
    }

    func budgets(_ generation: UInt32) throws(BPFError) -> ArrayMap<budget> {
        try ArrayMap(Map.open(pinned: path(Self.budgets, generation)), of: budget.self)
    }

    func remove(_ generation: UInt32) {
        for kind in [Self.counters, Self.outcomes, Self.budgets] { try? Pin.remove(path(kind, generation)) }
    }
}
