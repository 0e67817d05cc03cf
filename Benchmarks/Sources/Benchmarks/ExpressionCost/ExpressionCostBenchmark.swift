import BPF
public import Measuring
import Packets

/// What a packet costs in the kernel, by the length of a filter expression.
public struct ExpressionCostBenchmark: Benchmark {
    public let name = "expression-cost"
    public let title = "Kernel cost per packet, by the length of a filter expression"
    public let about = """
        As kernel-cost, with a mirror whose matcher is a filter expression: libpcap's program, translated to the kernel's \
        instructions. The expression is a list of so many hosts (`host 10.0.0.1 or host 10.0.0.2 ...`) or ports. Packets \
        that match do so by the last one of the list, which libpcap's program comes to last.
        """

    /// A kind of growing expression.
    private enum Terms: String, CaseIterable {
        case hosts, ports

        func text(_ count: Int) -> String {
            (1...count).map { self == .hosts ? "host 10.0.0.\($0)" : "port \(1000 + $0)" }.joined(separator: " or ")
        }

        func match(_ count: Int) -> Header {
            var random = SeededGenerator(seed: RuleSet.seed)
            var header = Header(strangerOf: IPProtocol.tcp, isIPv4: true, &random)
            switch self {
            case .hosts: header.destination = .ipv4(0x0a00_0000 + UInt32(count))
            case .ports: header.destinationPort = UInt16(1000 + count)
            }
            return header
        }
    }

    public init() {}

    public func run(_ conditions: Conditions) async throws -> [Figure] {
        let sizes = conditions.choose(quick: [1, 8, 64], full: [1, 2, 4, 8, 16, 32, 64])
        let runs = conditions.choose(quick: 500, full: 1000)
        var random = SeededGenerator(seed: RuleSet.seed)
        let strangers = Traffic.strangers(IPProtocol.tcp, isIPv4: true, &random)
        let misses = [
            (Traffic.Kind.notIP.title, Traffic.notIP), ("TCP/IPv4, no match", strangers),
            (Traffic.Kind.ipv6.title, Traffic.strangers(IPProtocol.udp, isIPv4: false, &random)),
        ]
        var kept: [LoadedMirror] = []
        var candidates: [Candidate] = []
        var sizesOfPrograms: [Series] = []
        for terms in Terms.allCases {
            var series = Series(terms.rawValue)
            for size in sizes {
                conditions.progress("\(size) \(terms.rawValue)")
                let mirror = try LoadedMirror(terms.text(size))
                let match = [[UInt8]](repeating: terms.match(size).frame, count: Traffic.several)
                let packets = misses.map { ($0.0, $0.1, false) } + [(Traffic.Kind.match.title, match, true)]
                for (name, packets, matches) in packets {
                    try mirror.require(packets, match: matches, "\(terms.text(size)), \(name)")
                    candidates.append(
                        Candidate(
                            figure: terms.rawValue, series: name, place: .number(Double(size)),
                            timed: TimedProgram(program: mirror.program, packets: packets, runs: runs), baseline: 0))
                }
                series.add(
                    Measurement(count: Double(mirror.programs[0].instructionsSize / 8)), at: .number(Double(size)))
                kept.append(mirror)
            }
            sizesOfPrograms.append(series)
        }
        conditions.progress("measuring")
        let baseline = TimedProgram(program: try .empty(), packets: strangers, runs: runs)
        let rounds = InterleavedRounds(conditions.choose(quick: 15, full: 101), warmUps: 2)
        let results = try withExtendedLifetime(kept) {
            try PinnedThread.run { try Contest(baselines: [baseline], candidates: candidates).run(rounds) }
        }
        let costs = Terms.allCases.map { terms in
            Figure(
                title: "A list of \(terms.rawValue)", text: "", quantity: "processor time per packet, net", unit: "ns",
                axis: terms.rawValue, plot: .lines, baseline: "an empty program",
                series: results.series(of: terms.rawValue))
        }
        return costs + [
            Figure(
                title: "Instructions", text: "Of the generated program after verification.", quantity: "instructions",
                unit: "", axis: "terms", plot: .none, series: sizesOfPrograms)
        ]
    }
}

extension Program {
    fileprivate static func empty() throws -> Program { try TimedProgram.empty() }
}
