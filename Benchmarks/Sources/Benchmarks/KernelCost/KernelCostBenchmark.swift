import BPF
public import Measuring

/// What a packet costs in the kernel, by the number of rules and their kind.
public struct KernelCostBenchmark: Benchmark {
    public let name = "kernel-cost"
    public let title = "Kernel cost per packet, by rules"
    public let about = """
        The programs that a mirror attaches are loaded as a mirror loads them and run on packets by the kernel's own \
        BPF_PROG_TEST_RUN, many times in one system call. Taken is the processor time of the calling thread \
        (CLOCK_THREAD_CPUTIME_ID), which is bound to one processor, divided by the runs. An empty program \
        (`return -1`) goes through the same calls in the same rounds, and its time is taken off: what the kernel needs \
        to call any program at all is not in the figures. All sizes of a rule list and all packets are measured in turn \
        within each round; every figure is the median over the rounds.

        Frames have 128 bytes. *Not IP* is ARP. *No rule's address* is TCP between addresses that no rule names. A *near \
        miss* is TCP that a rule would match but for one thing: an address beside the rule's network, a port, or the \
        protocol. *UDP/IPv6* is half of the one and half of the other where the list has IPv6 rules. A *match* is counted, but has no \
        target; *all but the clone* has one target whose device does not exist, so that everything is done for a copy and \
        the kernel refuses to clone. Before anything is timed, each packet runs once, and the mirror's own counters have to \
        say that it matched, or did not.

        Rule lists are drawn from seed \(RuleSet.seed); a shorter list is the beginning of a longer one.
        """

    public init() {}

    public func run(_ conditions: Conditions) async throws -> [Figure] {
        let sizes = conditions.choose(quick: [1, 100, 10_000], full: [1, 10, 100, 1000, 10_000, 100_000])
        let costs = try RuleSet.allCases.map { try RuleSetCost($0, sizes, conditions) }
        var figures = costs.flatMap(\.costs)
        let growth = costs.map(\.growth).filter { !$0.points.isEmpty }
        if let longest = sizes.last, !growth.isEmpty {
            let (many, few) = (Amount.text(grouped: Double(longest)), Amount.text(grouped: Double(longest / 10)))
            figures.append(
                Figure(
                    title: "\(many) rules beside \(few)",
                    text: "Net cost with the one divided by net cost with the other.",
                    quantity: "ratio of the net costs", unit: "", axis: "packets", plot: .bars,
                    baseline: "the list with \(few) rules", series: growth))
        }
        return figures + Self.loading(costs)
    }

    /// What a rule list takes besides packets' time.
    private static func loading(_ costs: [RuleSetCost]) -> [Figure] {
        func figure(
            _ title: String, _ text: String, _ quantity: String, _ unit: String, _ plot: Figure.Plot,
            _ series: [Series]
        ) -> Figure {
            Figure(title: title, text: text, quantity: quantity, unit: unit, axis: "rules", plot: plot, series: series)
        }
        return [
            figure(
                "Memory",
                "All maps of the mirror's programs, as the kernel accounts for them (`memlock`), once for both directions.",
                "memory of the maps", "MiB", .lines,
                costs.map { $0.series($0.set.title) { Double($0.mapMemory) / 1_048_576 } }),
            figure(
                "From rules to loaded programs",
                "Compiling the rules, loading and verifying the programs of one direction, filling the maps; once each.",
                "time", "ms", .lines,
                costs.map { $0.series($0.set.title) { ($0.compiling + $0.loading + $0.filling) / 1e6 } }),
            figure(
                "Instructions",
                "Of the attached program (match): instructions after verification, which removes what the list does not use; "
                    + "bytes of machine code; and instructions that the verifier walked through for all programs of one direction.",
                "count", "", .none,
                costs.flatMap { cost in
                    [
                        cost.series("\(cost.set.rawValue): instructions") {
                            Double($0.programs[0].instructionsSize / 8)
                        },
                        cost.series("machine code") { Double($0.programs[0].machineCodeSize) },
                        cost.series("verified") { Double($0.programs.reduce(0) { $0 + $1.verifiedInstructions }) },
                    ]
                }),
        ]
    }
}
