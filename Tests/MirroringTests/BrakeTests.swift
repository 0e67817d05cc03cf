import Foundation
import Testing

@testable import Mirroring

@Suite struct BrakeTests {
    /// Readings a quarter of a second apart, and the step after each, as its place in BrakeStep.all.
    struct Course: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let readings: [(BrakeReading, level: Int)]

        init(_ name: String, _ readings: [(BrakeReading, level: Int)]) {
            testDescription = name
            self.readings = readings
        }
    }

    private static func drops(_ count: UInt64) -> BrakeReading { .of(drops: count) }
    private static func queue(_ fill: Double) -> BrakeReading { .of(fill: fill) }
    private static func softirq(_ share: Double) -> BrakeReading { .of(softirq: share) }

    @Test(arguments: [
        Course("calm changes nothing", [(.calm, 0), (.calm, 0), (.calm, 0)]),
        Course("one dropped packet is enough", [(.calm, 0), (drops(1), 1), (.calm, 1)]),
        // What is dropped while the step takes effect is not held against it.
        Course(
            "drops that go on take a step every second reading",
            [
                (drops(9), 1), (drops(9), 1), (drops(9), 2), (drops(9), 2), (drops(9), 3), (drops(9), 3),
                (drops(9), 4), (drops(9), 4), (drops(9), 5), (drops(9), 5), (drops(9), 5),
            ]),
        Course(
            "a burst in the queue is none of its business", [(queue(0.9), 0), (.calm, 0), (queue(1), 0), (.calm, 0)]),
        Course("a queue that stands over its limit is", [(queue(0.9), 0), (queue(0.9), 1)]),
        Course("a queue at its limit is not over it", [(queue(0.5), 0), (queue(0.5), 0), (queue(0.5), 0)]),
        Course(
            "a queue that drains is let drain", [(queue(0.99), 0), (queue(0.8), 0), (queue(0.7), 0), (queue(0.6), 0)]),
        Course("a queue that hardly drains is not", [(queue(0.99), 0), (queue(0.97), 1)]),
        Course("a queue that grows again is not", [(queue(0.9), 0), (queue(0.7), 0), (queue(0.8), 1)]),
        Course(
            "a queue has two readings after a step, too",
            [(queue(0.9), 0), (queue(0.9), 1), (queue(0.9), 1), (queue(0.9), 2), (queue(0.9), 2), (queue(0.9), 3)]),
        Course("softirq at its limit is not over it", [(softirq(0.5), 0), (softirq(0.5), 0)]),
        Course("softirq over its limit is", [(softirq(0.51), 1)]),
        // The share is that of the last second, which must have begun after the step.
        Course(
            "softirq takes the next step when its window is past the last",
            [
                (softirq(0.9), 1), (softirq(0.9), 1), (softirq(0.9), 1), (softirq(0.9), 1), (softirq(0.9), 1),
                (softirq(0.9), 2), (softirq(0.9), 2),
            ]),
        Course("an interface that is gone says nothing", [(.of(drops: 5, fill: 1, isGone: true), 0)]),
        Course("drops that are not known are none", [(.of(drops: nil), 0), (.of(drops: nil), 0)]),
        Course("CPUs that are not known are no reason", [(.of(softirq: nil), 0), (.of(softirq: nil), 0)]),
    ])
    func `takes the steps of the table`(course: Course) {
        var run = BrakeRun()
        for (number, (reading, level)) in course.readings.enumerated() {
            let before = run.level
            let change = run.show(reading)
            #expect(run.level == level, "reading \(number)")
            #expect((change != nil) == (before != level), "reading \(number)")
        }
    }

    @Test func `what is over several limits is told whole`() throws {
        var run = BrakeRun()
        run.show(.of(fill: 0.8))
        let shown = run.show(.of(drops: 12, fill: 0.83, softirq: 0.714))
        let change = try #require(shown)
        #expect(
            change.description == "brake: shorten: copies are cut to 128 bytes (eth1 dropped 12 packets within 250 ms; "
                + "the queue of eth1 is 83 % full (limit 50 %); CPU 3 spends 71 % of its time in softirq (limit 50 %))")
        #expect(change.from == BrakeStep.all[0] && change.to == BrakeStep.all[1])
    }

    @Test func `limits of the user's own are the ones that count`() throws {
        let limits = try BrakeLimits(softirqShare: 0.9, queueFill: 1, dropsPerSecond: 100)
        var run = BrakeRun(limits)
        for _ in 0..<8 { #expect(run.show(.of(drops: 25, fill: 1, softirq: 0.9)) == nil) }
        #expect(run.show(.of(drops: 26)) != nil)
    }

    @Test(
        arguments: [
            (0, 0.5, 0), (1.01, 0.5, 0), (-1, 0.5, 0), (.nan, 0.5, 0), (0.5, 0, 0), (0.5, 50, 0), (0.5, .nan, 0),
            (0.5, 0.5, -1), (0.5, 0.5, .infinity), (0.5, 0.5, .nan),
        ] as [(Double, Double, Double)])
    func `what can be no limit is refused`(softirq: Double, fill: Double, drops: Double) throws {
        let error = try #require(throws: MirrorError.self) {
            try BrakeLimits(softirqShare: softirq, queueFill: fill, dropsPerSecond: drops)
        }
        #expect(error.code == .usage)
        #expect(error.message.contains("brake"))
    }

    // MARK: Recovery

    /// Goes to a step by drops, and no further.
    private func braked(to level: Int) -> BrakeRun {
        var run = BrakeRun()
        while run.level < level { run.show(.of(drops: 1)) }
        return run
    }

    @Test func `loosens one step at a time, each after five calm seconds`() {
        var run = braked(to: 5)
        let start = run.elapsed
        run.show(.calm, for: .seconds(60))
        let downs = run.changes.filter { $0.at > start }
        #expect(downs.map { $0.change.to } == Array(BrakeStep.all.reversed().dropFirst()))
        // The first calm reading begins the time.
        #expect(downs.map { $0.at - start } == (0..<5).map { .milliseconds(5250 + 5000 * $0) })
        #expect(downs.allSatisfy { $0.change.reasons == [.calm(.seconds(5))] })
        #expect(downs.last?.change.description == "brake: off (calm for 5 s)")
    }

    @Test(arguments: [
        BrakeReading.of(drops: 1), .of(fill: 0.36), .of(softirq: 0.36), .of(drops: nil), .of(softirq: nil),
        .of(isGone: true),
    ])
    func `what is not calm begins the time anew`(disturbance: BrakeReading) {
        // At the last step, where drops change nothing.
        var run = braked(to: 5)
        run.show(.calm, for: .milliseconds(5000))
        run.show(disturbance)
        run.show(.calm, for: .milliseconds(5000))
        #expect(run.level == 5)
        run.show(.calm)
        #expect(run.level == 4)
    }

    @Test func `what is near no limit is calm`() {
        var run = braked(to: 1)
        run.show(.of(fill: 0.35, softirq: 0.35), for: .milliseconds(5250))
        #expect(run.level == 0)
    }

    @Test func `between limit and calm nothing happens`() {
        var run = braked(to: 3)
        run.show(.of(fill: 0.45, softirq: 0.45), for: .seconds(3600))
        #expect(run.level == 3)
    }

    @Test func `time without readings is not calm`() {
        var run = braked(to: 1)
        run.show(.calm)
        run.show(.calm, after: .seconds(3600))
        #expect(run.level == 1)
        run.show(.calm, for: .seconds(5))
        #expect(run.level == 0)
    }

    @Test func `a step taken again soon is kept twice as long, up to five minutes, and then as at first`() {
        var run = braked(to: 1)
        for seconds in [5, 10, 20, 40, 80, 160, 300, 300] {
            let calm = run.elapsed
            while run.level == 1 { run.show(.calm) }
            #expect(run.elapsed - calm == .seconds(seconds) + Brake.interval)
            run.show(.calm, for: .seconds(1))
            run.show(.of(drops: 1))
        }
        run.show(.calm, for: .seconds(301))
        #expect(run.level == 0)
        // It stays calm for longer than the step was kept.
        run.show(.calm, for: .seconds(301))
        run.show(.of(drops: 1))
        #expect(run.level == 1)
        run.show(.calm, for: .milliseconds(5250))
        #expect(run.level == 0)
    }

    @Test func `each step has a time of its own`() {
        var run = braked(to: 1)
        for _ in 0..<5 {
            while run.level == 1 { run.show(.calm) }
            while run.level == 0 { run.show(.of(drops: 1)) }
        }
        while run.level < 5 { run.show(.of(drops: 1)) }
        let start = run.elapsed
        while run.level > 1 { run.show(.calm) }
        #expect(run.elapsed - start == .milliseconds(20_250))
    }

    // MARK: What others see of it

    @Test func `each step contains the ones before it`() {
        #expect(BrakeStep.all.map(\.kind) == [.off, .shorten, .sample, .sample, .sample, .stop])
        #expect(BrakeStep.all.map(\.snapLength) == [nil, 128, 128, 128, 128, 128])
        #expect(BrakeStep.all.dropLast().map(\.samplingRate) == [1, 1, 4, 16, 64])
        #expect(BrakeStep.all.map(\.isStopped) == [false, false, false, false, false, true])
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test func `a change is told as JSON`() throws {
        var run = BrakeRun()
        run.show(.of(fill: 0.8))
        let shown = run.show(.of(drops: 12, fill: 0.83, softirq: 0.714))
        let change = try #require(shown)
        #expect(
            try Self.json(change) == """
                {"from":{"step":"off"},"reasons":[\
                {"interface":"eth1","milliseconds":250,"packets":12,"reason":"drops"},\
                {"interface":"eth1","limit":50,"percent":83,"reason":"queue"},\
                {"cpu":3,"limit":50,"percent":71,"reason":"softirq"}],\
                "to":{"snapLength":128,"step":"shorten"}}
                """)
        #expect(try Self.json(BrakeReason.calm(.seconds(5))) == #"{"reason":"calm","seconds":5}"#)
    }

    @Test func `steps survive JSON, and what is no step does not`() throws {
        for step in BrakeStep.all {
            #expect(try JSONDecoder().decode(BrakeStep.self, from: Data(Self.json(step).utf8)) == step)
        }
        #expect(
            try BrakeStep.all.map(Self.json) == [
                #"{"step":"off"}"#, #"{"snapLength":128,"step":"shorten"}"#,
                #"{"samplingRate":4,"snapLength":128,"step":"sample"}"#,
                #"{"samplingRate":16,"snapLength":128,"step":"sample"}"#,
                #"{"samplingRate":64,"snapLength":128,"step":"sample"}"#, #"{"step":"stop"}"#,
            ])
        for text in ["{}", #"{"step":"halt"}"#, #"{"step":"sample"}"#, #"{"step":"sample","samplingRate":3}"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(BrakeStep.self, from: Data(text.utf8)) }
        }
    }
}
