import TestSupport
import Testing

@testable import Mirroring

/// The brake in its loop: what it decides changes what it measures.
@Suite struct BrakedLinkTests {
    /// A link with a queue that drops at its end. Units: frames of 1,000 bytes, seconds.
    private struct Link {
        let capacity: Double
        let limit: Double
        var queued = 0.0
        var dropped: UInt64 = 0

        /// Offers a load for a while, in steps of a millisecond.
        mutating func run(load: Double, for time: Duration) {
            for _ in 0..<Int(time / .milliseconds(1)) {
                queued = max(0, queued + (load - capacity) / 1000)
                guard queued > limit else { continue }
                dropped += UInt64((queued - limit).rounded(.up))
                queued = limit
            }
        }
    }

    /// What copies offer at a step, for what they would without the brake.
    private func load(of copies: Double, _ step: BrakeStep) -> Double {
        if step.isStopped { return 0 }
        // 128 of 1,000 bytes, and 50 of tunnel headers, against 1,050.
        let shortened = step.snapLength == nil ? 1 : 178.0 / 1050
        return copies * shortened / Double(step.samplingRate)
    }

    private struct Simulation {
        var link: Link
        var run = BrakeRun()
        var drops: UInt64 = 0
        var levels: [Int] = []
    }

    private func simulate(
        _ simulation: inout Simulation, production: Double, copies: Double, for time: Duration,
        _ random: inout SeededGenerator
    ) {
        for _ in 0..<Int(time / Brake.interval) {
            // Load that is never quite the same, by 5 %.
            let noise = Double.random(in: 0.95...1.05, using: &random)
            let before = simulation.link.dropped
            let offered = (production + load(of: copies, simulation.run.brake.step)) * noise
            simulation.link.run(load: offered, for: Brake.interval)
            simulation.drops += simulation.link.dropped - before
            simulation.run.show(
                .of(drops: simulation.link.dropped - before, fill: simulation.link.queued / simulation.link.limit))
            simulation.levels.append(simulation.run.level)
        }
    }

    /// Production of a link of 1,000 frames a second, copies, and the step that makes room for both with room to spare.
    @Test(
        arguments: [
            (300, 300, 0), (500, 700, 1), (800, 1500, 2), (900, 4000, 3), (940, 8000, 4), (1100, 500, 5),
        ] as [(Double, Double, Int)], [10, 100, 1000] as [Double])
    func `settles where there is room, and recovers when the load falls`(
        load: (production: Double, copies: Double, level: Int), limit: Double
    ) {
        var random = SeededGenerator(seed: UInt64(load.copies + limit))
        var simulation = Simulation(link: Link(capacity: 1000, limit: limit))
        simulate(
            &simulation, production: load.production, copies: load.copies, for: .seconds(1800), &random)
        let late = simulation.levels.suffix(4 * 900)
        // Nearly always at the step, else at the lighter one that it tries at times, or at one that it took in haste.
        let settled = Double(late.count { $0 == load.level }) / Double(late.count)
        #expect(settled > 0.9, "\(load) with a queue of \(limit): \(settled)")
        let changes = simulation.run.changes.count { $0.at > .seconds(900) }
        #expect(changes <= 15, "\(load) with a queue of \(limit): \(changes) changes within a quarter of an hour")

        simulate(&simulation, production: 300, copies: 300, for: .seconds(1501), &random)
        #expect(simulation.run.level == 0)
        let drops = simulation.drops
        simulate(&simulation, production: 300, copies: 300, for: .seconds(600), &random)
        #expect(simulation.run.level == 0)
        #expect(simulation.drops == drops)
    }

    @Test func `production gets its link back within three seconds`() {
        // Copies alone fill the link ten times over; no step short of the last makes room.
        var random = SeededGenerator(seed: 1)
        var simulation = Simulation(link: Link(capacity: 1000, limit: 100))
        simulate(&simulation, production: 940, copies: 100_000, for: .seconds(10), &random)
        let stopped = simulation.run.changes.first { $0.change.to.isStopped }?.at ?? .seconds(1000)
        #expect(stopped <= .seconds(3))
    }
}
