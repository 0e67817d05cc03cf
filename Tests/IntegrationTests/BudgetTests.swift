import Lab
import Packets
import TestSupport
import Testing

/// Budgets: no second carries more, and what there is is made use of.
///
/// By two clocks. The mirror's own times in the metadata are exact to it, and no window of a second has more than 1 %
/// over the budget by them. The collector's kernel has a clock of its own for what comes in, later than it was sent by
/// the time that a busy machine needs for it: a copy may be late by `lateness` and the one before it not, so what is
/// seen within a second less that was sent within a second.
@Suite(.serialized) struct BudgetTests {
    /// 8 Mbit/s.
    private static let budget = 1_000_000
    private static let lateness = Duration.milliseconds(100)
    private static let time = Duration.seconds(4)
    /// Geneve over IPv4: Ethernet, IP, UDP, Geneve and its metadata.
    private static let headers = 14 + 20 + 8 + 8 + 44

    private static let frames = CounterTests.packets(100, payload: 1000)

    /// The copies, when they were sent by the mirror's clock and when they came, with the bytes that they took.
    private static func throughput(
        of frames: [Capture.Frame], rule: UInt32? = nil
    ) throws -> (sent: Throughput, arrived: Throughput) {
        let copies = try frames.compactMap { frame in
            try CopyAtCollector(frame.bytes).flatMap { copy in copy.metadata.map { (frame, $0) } }
        }.filter { rule == nil || $0.1.rule == rule }
        return (
            Throughput(copies.map { ($0.1.timestamp, $0.0.bytes.count) }),
            Throughput(copies.map { ($0.0.time, $0.0.bytes.count) })
        )
    }

    private static func check(_ throughput: (sent: Throughput, arrived: Throughput), budget: Int, _ what: String) {
        let sent = throughput.sent.most(within: .seconds(1))
        #expect(sent * 100 <= budget * 101, "\(what): \(sent) bytes within a second, by the mirror's clock")
        let arrived = throughput.arrived.most(within: .seconds(1) - lateness)
        #expect(arrived * 100 <= budget * 101, "\(what): \(arrived) bytes within 0.9 s, by the collector's clock")
    }

    @Test(arguments: [0.5, 1, 10], [1, 2])
    func `no second carries more than the budget, whatever comes and from how many CPUs`(
        load: Double, processors: Int
    ) async throws {
        let size = Self.frames[0].count + Self.headers
        let rate = load * Double(Self.budget) / Double(size)
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--budget", "8Mbit", "--to", "geneve://10.9.0.2"]
                ) { _ in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for processor in 0..<processors {
                            group.addTask {
                                try await site.send(
                                    Self.frames, rate: rate / Double(processors), for: Self.time, processor: processor)
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                #expect(totals.addsUp && totals.failed.isEmpty && totals.matched == totals.sent + totals.overBudget)
                _ = await Condition.holds { capture.count >= totals.sent }
                let throughput = try Self.throughput(of: capture.frames)
                let what = "\(load) on \(processors)"
                Self.check(throughput, budget: Self.budget, what)
                #expect(throughput.sent.total == totals.wireBytes, "\(what): \(totals)")
                // Of the load that there was: a busy machine may not have sent all of it.
                let offered = Double(totals.matched * size) / (Self.time / .seconds(1))
                let used = Double(throughput.sent.total) / (Self.time / .seconds(1))
                #expect(offered > load * Double(Self.budget) * 0.7, "\(what): only \(offered) bytes a second came")
                #expect(
                    used > min(offered, Double(Self.budget)) * (load > 1 ? 0.95 : 0.9),
                    "\(what): \(used) of \(offered) bytes a second")
            }
        }
    }

    @Test func `a rule's budget holds for the rule, and the mirror's for all of them`() async throws {
        let yaml = """
            rules:
              - {name: small, action: mirror, destination-port: 53, budget: 1Mbit}
              - {name: large, action: mirror, destination-port: 54, budget: 6Mbit}
              - {name: rest, action: mirror}
            """
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(yaml.utf8), to: "rules.yaml")
        let frames = (0..<300).map { number in
            FrameBuilder().ipv4(from: "192.0.2.1", to: "192.0.2.2").udp(
                from: 1024, to: UInt16(53 + number % 3), payload: [UInt8](repeating: 0, count: 1000)
            ).frame
        }
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--rules", path, "--budget", "8Mbit", "--to", "geneve://10.9.0.2"]
                ) { _ in try await site.send(frames, rate: 6000, for: Self.time) }
                #expect(totals.addsUp && totals.failed.isEmpty, "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                let all = try Self.throughput(of: capture.frames)
                Self.check(all, budget: Self.budget, "all")
                #expect(all.sent.total > Self.budget * 4 * 95 / 100, "\(totals)")
                for (number, budget) in [125_000, 750_000].enumerated() {
                    let rule = try Self.throughput(of: capture.frames, rule: UInt32(number))
                    Self.check(rule, budget: budget, "rule \(number)")
                    #expect(rule.sent.total > 0 && (totals.rules?[number].overBudget ?? 0) > 0, "\(totals)")
                }
            }
        }
    }

    @Test func `every target's copy is paid for`() async throws {
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site,
                    ["eth0", "--budget", "8Mbit", "--to", "geneve://10.9.0.2", "--to", "geneve://[fd09::2]"]
                ) { _ in try await site.send(Self.frames, rate: 4000, for: Self.time) }
                #expect(totals.addsUp && totals.sent > 0, "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                let throughput = try Self.throughput(of: capture.frames)
                Self.check(throughput, budget: Self.budget, "two targets")
                #expect(throughput.sent.total == totals.wireBytes)
                #expect(throughput.sent.total > Self.budget * 4 * 95 / 100, "\(totals)")
            }
        }
    }
}
