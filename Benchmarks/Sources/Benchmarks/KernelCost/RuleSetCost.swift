import BPF
import Measuring
import Packets
import Rules

/// What packets cost under the rule lists of one kind, from the shortest to the longest.
struct RuleSetCost {
    private static let repeated = "one packet repeated"
    private static let flows = "many flows"

    let set: RuleSet
    private let sizes: [Int]
    private var loaded: [(size: Int, mirror: LoadedMirror)] = []
    private let results: Contest.Results
    private let rivals: [String]

    /// Loads everything, makes sure that it decides as it should, and measures it.
    init(_ set: RuleSet, _ sizes: [Int], _ conditions: Conditions) throws {
        self.set = set
        self.sizes = sizes
        let empty = try TimedProgram.empty()
        let runs = conditions.choose(quick: 500, full: 1000)
        let flowRuns = conditions.choose(quick: 4, full: 8) * Traffic.many
        var baselines: [TimedProgram] = []
        var candidates: [Candidate] = []
        for size in sizes {
            conditions.progress("\(set.rawValue), \(Amount.text(grouped: Double(size))) rules: loading")
            let rules = try set.rules(size)
            let mirror = try LoadedMirror(rules)
            let copying = try LoadedMirror(rules, .refused)
            guard let table = mirror.table else { continue }
            let traffic = try Traffic(for: rules.rules) { table.lookup($0, direction: .ingress) != nil }
            if baselines.isEmpty {
                baselines = [
                    TimedProgram(program: empty, packets: traffic[.stranger], runs: runs),
                    try FlowDriver(traffic.manyMisses, calling: empty).timed(runs: flowRuns),
                ]
            }
            func add(_ figure: String, _ series: String, _ timed: TimedProgram, _ baseline: Int) {
                candidates.append(
                    Candidate(
                        figure: figure, series: series, place: .number(Double(size)), timed: timed, baseline: baseline))
            }
            for kind in Traffic.Kind.allCases {
                try mirror.require(traffic[kind], match: kind == .match, "\(set), \(size) rules, \(kind)")
                add(
                    Self.repeated, kind.title,
                    TimedProgram(program: mirror.program, packets: traffic[kind], runs: runs), 0)
            }
            try copying.require(traffic[.match], match: true, "\(set), \(size) rules, with a target")
            add(
                Self.repeated, "match, all but the clone",
                TimedProgram(program: copying.program, packets: traffic[.match], runs: runs), 0)
            let misses = try FlowDriver(traffic.manyMisses, calling: mirror.program)
            let matches = try FlowDriver(traffic.manyMatches, calling: mirror.program)
            let before = try mirror.matched()
            try misses.runOnce(Traffic.many)
            guard try mirror.matched() == before else { throw Traffic.Failure(description: "a near miss matched") }
            try matches.runOnce(Traffic.many)
            guard try mirror.matched() == before + Traffic.many else {
                throw Traffic.Failure(description: "not every flow that should matched")
            }
            add(Self.flows, "TCP/IPv4, near miss", misses.timed(runs: flowRuns), 1)
            add(Self.flows, "match", matches.timed(runs: flowRuns), 1)
            // So few places that no flow finds itself again.
            let forgetful = try LoadedMirror(rules, cachePlaces: 2)
            let newMisses = try FlowDriver(traffic.manyMisses, calling: forgetful.program)
            let newMatches = try FlowDriver(traffic.manyMatches, calling: forgetful.program)
            add(Self.flows, "TCP/IPv4, near miss, each a new flow", newMisses.timed(runs: flowRuns), 1)
            add(Self.flows, "match, each a new flow", newMatches.timed(runs: flowRuns), 1)
            kept.append((forgetful, newMisses, newMatches))
            for rival in conditions.rivals {
                conditions.progress("\(set.rawValue), \(size) rules: filling \(rival.name)")
                guard let foreign = try LoadedForeignObject(rival, rules) else { continue }
                for kind in Traffic.Kind.allCases where kind != .match {
                    add(
                        rival.name, kind.title,
                        TimedProgram(program: foreign.program, packets: traffic[kind], runs: runs), 0)
                }
                add(
                    rival.name, "TCP/IPv4, near miss, \(Traffic.many) flows",
                    try FlowDriver(traffic.manyMisses, calling: foreign.program).timed(runs: flowRuns), 1)
                kept.append(foreign)
            }
            loaded.append((size, mirror))
            kept.append(copying)
            kept.append((misses, matches))
        }
        rivals = conditions.rivals.map(\.name)
        conditions.progress("\(set.rawValue): measuring")
        let rounds = InterleavedRounds(conditions.choose(quick: 15, full: 101), warmUps: 2)
        results = try withExtendedLifetime(kept) {
            try PinnedThread.run { try Contest(baselines: baselines, candidates: candidates).run(rounds) }
        }
        kept = []
    }

    // What must stay in the kernel while it is measured.
    private var kept: [Any] = []

    // MARK: Figures

    /// Nanoseconds a packet.
    var costs: [Figure] {
        let repeated = figure(
            "\(set.title.capitalizedFirst): one packet repeated",
            """
            \(set.about) Each figure is the mean over \(Traffic.several) packets, each run many times on end, so that \
            code and data are in the caches and branches are predicted: what the programs' instructions cost.
            """, Self.repeated)
        let flows = figure(
            "\(set.title.capitalizedFirst): \(Traffic.many) flows in turn",
            """
            Each run sees another of \(Traffic.many) TCP/IPv4 flows drawn from all over the rule list, so that branches \
            are not predicted and the parts of the table that they need compete for the caches: what the table costs.
            """, Self.flows)
        let others = rivals.compactMap { name -> Figure? in
            let other = figure(
                "\(set.title.capitalizedFirst): \(name)",
                "The same packets in the same rounds. Lists that its script said it cannot hold are left out.", name)
            return other.series.isEmpty ? nil : other
        }
        return [repeated, flows] + others
    }

    private func figure(_ title: String, _ text: String, _ name: String) -> Figure {
        Figure(
            title: title, text: text, quantity: "processor time per packet, net", unit: "ns", axis: "rules",
            plot: .lines,
            baseline: "an empty program", series: results.series(of: name))
    }

    /// How much dearer each kind of packet is with the longest list than with one of a tenth of it.
    var growth: Series {
        var series = Series(set.title)
        guard let longest = sizes.last, sizes.contains(longest / 10) else { return series }
        let (place, other) = (Place.number(Double(longest)), Place.number(Double(longest / 10)))
        for (figure, name, title) in [
            (Self.repeated, Traffic.Kind.stranger.title, Traffic.Kind.stranger.title),
            (Self.repeated, Traffic.Kind.near.title, Traffic.Kind.near.title),
            (Self.repeated, Traffic.Kind.match.title, Traffic.Kind.match.title),
            (Self.flows, Traffic.Kind.near.title, "near miss, \(Traffic.many) flows"),
            (Self.flows, Traffic.Kind.match.title, "match, \(Traffic.many) flows"),
        ] {
            if let ratio = results.ratio(figure, name, at: place, to: other) { series.add(ratio, at: .name(title)) }
        }
        return series
    }

    /// A number of each loaded mirror.
    func series(_ name: String, _ number: (LoadedMirror) -> Double) -> Series {
        Series(
            name,
            loaded.map { Point(at: .number(Double($0.size)), measurement: Measurement(count: number($0.mirror))) })
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
