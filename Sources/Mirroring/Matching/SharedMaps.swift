import BPF
import KernelABI

/// Maps that outlive a replacement of rules: the programs that follow go on with them.
struct SharedMaps {
    /// By the name that they have in the mirror's object.
    private var maps: [String: Map]

    /// The first programs find only what the tunnel program has.
    init(_ talk: TunnelProgram.Talk) { maps = ["passage": talk.passage, "orders": talk.orders] }

    /// For programs that send nothing: they have maps of their own in the place of the tunnel program's.
    init() { maps = [:] }

    /// What all programs of a mirror share, and the USES_* for which it needs more than one entry.
    private static let shared: [(name: String, uses: Int)] = [
        ("mirror_counters", 0), ("mirror_budget", 0), ("brakes", 0), ("boot_time", 0), ("flows", USES_FIRST),
        ("fragments", USES_FIRST | USES_FLOW_SAMPLING | USES_BRAKE),
    ]

    /// Has an object that is not loaded yet use the maps, as far as there are any.
    /// - Parameter flowSets: the size of a flow table that is made now.
    func lend(to object: BPFObject, _ uses: UInt32, flowSets: Int) throws {
        for (name, map) in maps { try object.reuse(map, as: name) }
        if maps["flows"] == nil { try object.setMaxEntries(uses & UInt32(USES_FIRST) != 0 ? flowSets : 1, of: "flows") }
    }

    /// Keeps what the loaded object made. Of what it makes no use of, it has none that would be large enough.
    mutating func take(from object: BPFObject, _ uses: UInt32) throws {
        for (name, needed) in Self.shared where maps[name] == nil {
            guard needed == 0 || uses & UInt32(needed) != 0 else { continue }
            maps[name] = try object.map(named: name)
        }
    }

    /// The mirror's own budget.
    func setBudget(_ budget: budget) throws { try set(budget, "mirror_budget") }

    func setBrake(_ brake: brake) throws { try set(brake, "brakes") }

    /// When the system was booted: nanoseconds since 1970.
    func setBootTime(_ time: UInt64) throws { try set(time, "boot_time") }

    private func set<Value: BitwiseCopyable>(_ value: Value, _ name: String) throws {
        guard let map = maps[name] else { throw BPFError(.notFound, "the map \"\(name)\" is not loaded yet") }
        try ArrayMap<Value>(map).set(0, to: value)
    }
}
