import BPF
public import Measuring
import Packets
import Rules

/// What several mirrors on one interface cost a packet.
public struct MirrorChainBenchmark: Benchmark {
    public let name = "mirror-chain"
    public let title = "Several mirrors on one interface"
    public let about = """
        Several mirrors, each with programs and tables of its own, are attached to the egress of a loopback interface in a \
        network namespace (tcx, where the kernel has it), one behind the other, and a packet socket sends a TCP/IPv4 frame \
        that no rule of theirs matches (a near miss, see kernel-cost) out through them: 128 bytes, to a host that does not \
        take it. For every number of mirrors there is such a namespace, and all of them are measured in turn in each \
        round. Taken is the sender's processor time per frame, the receiving half of the loopback included, less that \
        in a namespace without a mirror. Before anything is timed, one frame that matches is sent through each chain, and \
        every mirror has to have counted it.
        """

    /// A list whose mirrors are stacked.
    private struct Stack {
        let title: String
        let rules: RuleList
    }

    public init() {}

    public func run(_ conditions: Conditions) async throws -> [Figure] {
        let counts = conditions.choose(quick: [1, 4, 16], full: [1, 2, 4, 8, 16])
        let many = 10_000
        let stacks = [
            Stack(title: "1 rule", rules: try RuleSet.mixed.rules(1)),
            Stack(title: "\(Amount.text(grouped: Double(many))) rules", rules: try RuleSet.mixed.rules(many)),
        ]
        var series: [Series] = []
        var shares: [Series] = []
        for stack in stacks {
            conditions.progress("\(counts.last ?? 0) mirrors, \(stack.title) each: loading")
            let mirrors = try (0..<(counts.last ?? 0)).map { _ in try LoadedMirror(stack.rules) }
            guard let table = mirrors.first?.table else { continue }
            let traffic = try Traffic(for: stack.rules.rules) { table.lookup($0, direction: .ingress) != nil }
            guard let miss = traffic[.near].first, let match = traffic[.match].first else { continue }
            let lanes = try ([0] + counts).map { try LoopbackLane(mirrors.prefix($0).map(\.program)) }
            try Self.require(mirrors, lanes, [0] + counts, match)
            conditions.progress("\(stack.title) each: measuring")
            let frames = conditions.choose(quick: 1000, full: 2000)
            let rounds = InterleavedRounds(conditions.choose(quick: 25, full: 101), warmUps: 2)
            let results = try PinnedThread.run {
                try rounds.run(lanes.indices.map(String.init)) { try lanes[$0].send(miss, times: frames) }
            }
            var costs = Series("\(stack.title) each")
            var share = Series("\(stack.title) each")
            for (index, count) in counts.enumerated() {
                let place = Place.number(Double(count))
                costs.add(results.measurement(of: index + 1, against: 0, by: .difference), at: place)
                let each = zip(results.values[index + 1], results.values[0]).map { ($0 - $1) / Double(count) }
                share.add(Measurement(each), at: place)
            }
            series.append(costs)
            shares.append(share)
        }
        return [
            Figure(
                title: "Cost of all mirrors together", text: "", quantity: "processor time per packet, net", unit: "ns",
                axis: "mirrors", plot: .lines, baseline: "no mirror", series: series),
            Figure(
                title: "Cost of one mirror among so many", text: "The same, divided by the number of mirrors.",
                quantity: "processor time per packet and mirror, net", unit: "ns", axis: "mirrors", plot: .none,
                baseline: "no mirror", series: shares),
        ]
    }

    /// Every mirror of each chain, and no other, counts a frame that is sent through it.
    private static func require(
        _ mirrors: [LoadedMirror], _ lanes: [LoopbackLane], _ counts: [Int], _ match: [UInt8]
    ) throws {
        for (lane, count) in zip(lanes, counts) {
            let before = try mirrors.map { try $0.matched() }
            _ = try lane.send(match, times: 1)
            let growth = try zip(mirrors, before).map { try $0.matched() - $1 }
            guard growth == mirrors.indices.map({ $0 < count ? 1 : 0 }) else {
                throw LoopbackLane.Failure(
                    description: "of \(count) mirrors in a chain not each counted a match: \(growth)")
            }
        }
    }
}
