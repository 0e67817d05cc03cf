@testable import Mirroring

/// A brake that is shown readings at its usual pace, from a moment of its own.
struct BrakeRun {
    private(set) var brake: Brake
    private let start = ContinuousClock.now
    private(set) var elapsed = Duration.zero
    private(set) var changes: [(at: Duration, change: BrakeChange)] = []

    init(_ limits: BrakeLimits = .standard) { brake = Brake(limits) }

    /// Shows a reading, a quarter of a second (or `gap`) after the one before.
    @discardableResult
    mutating func show(_ reading: BrakeReading, after gap: Duration = Brake.interval) -> BrakeChange? {
        elapsed += gap
        var reading = reading
        reading.interval = gap
        let change = brake.observe(reading, at: start + elapsed)
        if let change { changes.append((elapsed, change)) }
        return change
    }

    /// Shows the same reading for a while.
    mutating func show(_ reading: BrakeReading, for time: Duration) {
        for _ in 0..<Int(time / Brake.interval) { show(reading) }
    }

    var level: Int { BrakeStep.all.firstIndex(of: brake.step) ?? -1 }
}

extension BrakeReading {
    /// A reading of one interface, eth1, and CPU 3, whose share is that of the last second.
    static func of(
        drops: UInt64? = 0, fill: Double? = 0, softirq: Double? = 0, over: Duration = .seconds(1), isGone: Bool = false
    ) -> BrakeReading {
        BrakeReading(
            interval: Brake.interval,
            processor: softirq.map { Processor(number: 3, softirqShare: $0, over: over) },
            interfaces: [Interface(index: 7, name: "eth1", isGone: isGone, dropped: drops, queueFill: fill)])
    }

    static let calm = of()
}
