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

    /// Those that ``pin(in:)`` kept.
    init(pinnedIn folder: String) throws(BPFError) {
        maps = [:]
        for name in try Pin.list(folder) where RunPins.isShared(name) {
            maps[name] = try Map.open(pinned: "\(folder)/\(name)")
        }
    }

    /// Keeps them when the process is gone.
    func pin(in folder: String) throws(BPFError) {
        let kept = Set(try Pin.list(folder))
        for (name, map) in maps where !kept.contains(name) { try map.pin(at: "\(folder)/\(name)") }
    }

    /// What all programs of a mirror share, and the USES_* for which it needs more than one entry.
    private static let shared: [(name: String, uses: Int)] = [
        ("mirror_counters", 0), ("mirror_budget", 0), ("brakes", 0), ("boot_time", 0), ("flows", USES_FIRST),
        ("fragments", USES_FIRST | USES_FLOW_SAMPLING | USES_BRAKE),
    ]

    /// What there is for the next programs to use.
    var lent: [String: Map] { maps }

    /// The size of the flow table if it is made now: `flowSets`, or one where nothing makes use of it.
    func newFlowSets(_ uses: UInt32, _ flowSets: Int) -> Int? {
        guard maps["flows"] == nil else { return nil }
        return uses & UInt32(USES_FIRST) != 0 ? flowSets : 1
    }

    /// Keeps what was made for the first programs. Of what these make no use of, they have none that would be large enough.
    mutating func take(from made: [String: Map], _ uses: UInt32) {
        for (name, needed) in Self.shared where maps[name] == nil {
            guard needed == 0 || uses & UInt32(needed) != 0 else { continue }
            maps[name] = made[name]
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
