import BPF
import KernelABI
import KernelPrograms
import Packets
import Rules

/// The selecting program in the kernel, with one rule. It sends nothing: it decides and counts.
final class LoadedSelection {
    /// What became of packets, as the rule's counters have it.
    struct Counters: Hashable {
        var matched = 0
        var bytes = 0
        var sampledOut = 0
        var beyondFirst = 0
        var overBudget = 0
        var expired = 0

        /// Packets that would have been copied.
        var selected: Int { matched - sampledOut - beyondFirst - overBudget - expired }
    }

    let object: BPFObject
    private let programs: [Direction: Program]
    private let counters: PerCPUArrayMap<rule_counters>
    private let brakes: ArrayMap<brake>
    private let selections: ArrayMap<selection>
    static let key: (UInt64, UInt64) = (11, ~11)
    static let seed: UInt64 = 11

    /// - Parameters:
    ///   - uses: USES_* of what is in the selection.
    ///   - overhead: bytes that a copy has beside its frame.
    init(
        _ selection: selection, uses: Int, flowSets: Int = 16, budget: budget? = nil, mirrorBudget: budget? = nil,
        overhead: Int = 0, logLevel: UInt32 = 0
    ) throws {
        object = try BPFObject(KernelObject.mirror.bytes, name: "mirror")
        var copying = copy_settings()
        copying.uses = UInt32(uses | USES_OBSERVATION)
        copying.target_count = 1
        copying.flow_set_mask = UInt32(flowSets - 1)
        copying.overhead = UInt32(overhead)
        copying.sampling_key = Self.key
        try object.setConstants(copying, at: object.constant(named: "copy_settings").offset)
        try object.setMaxEntries(flowSets, of: "flows")
        for name in ["match", "resume", "survey"] {
            for direction in Direction.allCases { try object.setAutoload(false, of: "\(name)_\(direction)") }
        }
        try object.load(logLevel: logLevel)
        programs = [
            .ingress: try object.program(named: "select_ingress"), .egress: try object.program(named: "select_egress"),
        ]
        counters = try PerCPUArrayMap(object.map(named: "rule_counters"))
        brakes = try ArrayMap(object.map(named: "brakes"))
        selections = try ArrayMap(object.map(named: "selections"))
        try selections.set(0, to: selection)
        try ArrayMap<rule>(object.map(named: "rules")).set(
            0, to: rule(.mirror))
        if let budget { try ArrayMap<KernelABI.budget>(object.map(named: "budgets")).set(0, to: budget) }
        if let mirrorBudget {
            try ArrayMap<KernelABI.budget>(object.map(named: "mirror_budget")).set(0, to: mirrorBudget)
        }
    }

    func set(_ selection: selection) throws { try selections.set(0, to: selection) }

    func set(_ brake: brake) throws { try brakes.set(0, to: brake) }

    /// Shows it a packet.
    func run(_ frame: [UInt8], _ direction: Direction = .ingress, _ context: PacketContext = PacketContext()) throws {
        _ = try programs[direction]?.testRun(frame, context: context)
    }

    /// What was counted since the beginning.
    func count() throws -> Counters {
        try counters.values(at: 0).reduce(into: Counters()) { sum, one in
            sum.matched += Int(one.matched.packets)
            sum.bytes += Int(one.matched.bytes)
            sum.sampledOut += Int(one.sampled_out)
            sum.beyondFirst += Int(one.beyond_first)
            sum.overBudget += Int(one.over_budget)
            sum.expired += Int(one.expired)
        }
    }

    /// Whether a packet is selected.
    func selects(_ frame: [UInt8], _ direction: Direction = .ingress) throws -> Bool {
        let before = try count().selected
        try run(frame, direction)
        return try count().selected > before
    }

    /// Flows that had to make room for others.
    func evicted() throws -> Int {
        try PerCPUArrayMap<mirror_counters>(object.map(named: "mirror_counters")).values(at: 0)
            .reduce(0) { $0 + Int($1.evicted) }
    }
}

extension selection {
    /// One packet, or flow, in `rate`.
    static func sampling(_ rate: UInt32, by unit: Int) -> selection {
        var selection = selection()
        selection.sampling_rate = rate
        selection.sampling_bound = UInt32((UInt64(1) << 32) / UInt64(rate))
        selection.sampling_unit = UInt32(unit)
        return selection
    }

    /// The first packets, or bytes, of each flow.
    static func first(_ amount: UInt64, unit: Int) -> selection {
        var selection = selection()
        selection.first = amount
        selection.first_unit = UInt32(unit)
        return selection
    }
}
