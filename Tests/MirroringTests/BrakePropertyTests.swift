import TestSupport
import Testing

@testable import Mirroring

/// What holds for any course of readings.
@Suite struct BrakePropertyTests {
    /// A reading of the sort that a seed picks: calm, near a limit, over one, or with something missing.
    private func reading(_ random: inout SeededGenerator) -> BrakeReading {
        func share(_ random: inout SeededGenerator) -> Double {
            random.once(in: 4) ? .random(in: 0...1, using: &random) : .random(in: 0...0.4, using: &random)
        }
        return .of(
            drops: random.once(in: 20) ? nil : random.once(in: 8) ? .random(in: 1...1000, using: &random) : 0,
            fill: random.once(in: 10) ? nil : share(&random),
            softirq: random.once(in: 20) ? nil : share(&random),
            over: .milliseconds(.random(in: 250...1500, using: &random)), isGone: random.once(in: 30))
    }

    /// Whether the reading, seen alone, exceeds a limit.
    private func exceeds(_ reading: BrakeReading) -> Bool {
        let eth1 = reading.interfaces[0]
        return (reading.processor?.softirqShare ?? 0) > 0.5
            || !eth1.isGone && ((eth1.dropped ?? 0) > 0 || (eth1.queueFill ?? 0) > 0.5)
    }

    /// Whether the reading, seen alone, says that all is well.
    private func isCalm(_ reading: BrakeReading) -> Bool {
        let eth1 = reading.interfaces[0]
        guard let processor = reading.processor, !eth1.isGone, let dropped = eth1.dropped else { return false }
        return processor.softirqShare <= 0.35 && dropped == 0 && (eth1.queueFill ?? 0) <= 0.35
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
    func `goes up only with cause, down only after calm, one step at a time, and off in the end`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var run = BrakeRun()
        var calm = 0
        // Stretches of disturbed and of calm readings, short and long, so that all steps are met.
        for _ in 0..<100 {
            let isDisturbed = random.once(in: 2)
            for _ in 0..<Int.random(in: 1...random.pick([8, 80, isDisturbed ? 80 : 3000]), using: &random) {
                let reading = isDisturbed ? self.reading(&random) : .calm
                let before = run.level
                let change = run.show(reading)
                calm = isCalm(reading) ? calm + 1 : 0
                if run.level > before { #expect(exceeds(reading), "seed \(seed), at \(run.elapsed)") }
                // Five seconds are 20 intervals between 21 readings.
                if run.level < before { #expect(calm >= 21, "seed \(seed), at \(run.elapsed)") }
                #expect(abs(run.level - before) <= 1, "seed \(seed), at \(run.elapsed)")
                #expect((change == nil) == (run.level == before), "seed \(seed), at \(run.elapsed)")
            }
        }
        #expect(run.changes.count > 50, "seed \(seed) shows little: \(run.changes.count) changes")
        #expect(Set(run.changes.map(\.change.to)) == Set(BrakeStep.all), "seed \(seed) does not meet all steps")
        // Whatever it learned: five steps of at most five minutes.
        run.show(.calm, for: .seconds(5 * 300 + 1))
        #expect(run.level == 0, "seed \(seed)")
        expectFew(run, "seed \(seed)")
    }

    /// For any input: each way down takes five seconds, and there are no more ways up than down but for five.
    private func expectFew(_ run: BrakeRun, _ what: String) {
        for (index, first) in run.changes.enumerated() {
            let minute = run.changes[index...].prefix { $0.at - first.at < .seconds(60) }
            let downs = minute.filter { $0.change.reasons.contains { if case .calm = $0 { true } else { false } } }
                .count
            #expect(downs <= 12, "\(what), from \(first.at)")
            #expect(minute.count - downs <= downs + 5, "\(what), from \(first.at)")
        }
    }

    /// Trouble and calm in turn: soon there are fewer than two steps a minute, whatever the period.
    @Test(arguments: [1, 3, 6, 9, 15, 30, 50], [1, 4, 12])
    func `does not swing with trouble that comes and goes`(calm: Int, trouble: Int) {
        var run = BrakeRun()
        while run.elapsed < .seconds(3600) {
            run.show(.of(drops: 10), for: .seconds(trouble))
            run.show(.calm, for: .seconds(calm))
        }
        expectFew(run, "\(trouble) s of trouble, \(calm) s of calm")
        let late = run.changes.filter { $0.at > .seconds(1800) }.count
        #expect(late <= 60, "\(late) changes within half an hour")
    }

    @Test(arguments: [UInt64(11), 12, 13, 14])
    func `the same readings give the same steps`(seed: UInt64) {
        func steps() -> [BrakeStep] {
            var random = SeededGenerator(seed: seed)
            var run = BrakeRun()
            return (0..<2000).map { _ in
                run.show(reading(&random))
                return run.brake.step
            }
        }
        #expect(steps() == steps(), "seed \(seed)")
    }
}
