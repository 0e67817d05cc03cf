/// Decides how far a mirror is degraded, from what is seen of the interfaces that carry copies and of the CPUs.
///
/// A pure state machine: it reads nothing, and its time is the caller's. It goes one step at a time, to the heavier as
/// soon as a limit is exceeded by what was measured after the last step, to the lighter after it has been calm for a
/// while (``BrakeHold``). docs/design/brake.md has the reasons.
public struct Brake: Sendable {
    /// How often a reading is to be taken.
    public static let interval = Duration.milliseconds(250)
    /// The share of each limit that must not be exceeded for a reading to be called calm.
    static let calmShare = 0.7
    /// What the kernel programs still do, and what is still under way, after a step was decided.
    static let settling = Duration.milliseconds(100)
    /// Readings further apart than this do not show that it was calm between them.
    static let longestGap = Duration.seconds(2)
    /// A queue that shrinks at least to this share from one reading to the next is draining.
    static let drainingShare = 0.9

    public let limits: BrakeLimits
    /// What is to be in force.
    public var step: BrakeStep { BrakeStep.all[level] }

    private var level = 0
    private var changed: ContinuousClock.Instant?
    private var calmSince: ContinuousClock.Instant?
    private var previous: (reading: BrakeReading, at: ContinuousClock.Instant)?
    /// For each step but the first: how long it is kept.
    private var holds = Array(repeating: BrakeHold(), count: BrakeStep.all.count - 1)

    public init(_ limits: BrakeLimits = .standard) {
        self.limits = limits
    }

    /// Judges a reading.
    ///
    /// - Parameters:
    ///   - now: when it was taken; never before the one of the call before.
    /// - Returns: the change, when from now on another step is to be in force.
    public mutating func observe(_ reading: BrakeReading, at now: ContinuousClock.Instant) -> BrakeChange? {
        let reasons = self.reasons(reading, at: now)
        let isCalm = self.isCalm(reading)
        let wasWatched = previous.map { now - $0.at <= Self.longestGap } ?? false
        previous = (reading, now)
        if !isCalm {
            calmSince = nil
        } else if calmSince == nil || !wasWatched {
            calmSince = now
        }
        if !reasons.isEmpty, level < BrakeStep.all.count - 1 { return go(to: level + 1, because: reasons, at: now) }
        if level > 0, let calmSince, now - calmSince >= holds[level - 1].length {
            return go(to: level - 1, because: [.calm(now - calmSince)], at: now)
        }
        return nil
    }

    private mutating func go(
        to next: Int, because reasons: [BrakeReason], at now: ContinuousClock.Instant
    ) -> BrakeChange {
        let from = step
        if next > level { holds[next - 1].stepWasTaken(at: now) } else { holds[level - 1].stepWasLeft(at: now) }
        level = next
        changed = now
        // Whether it stays calm without the step that was left is another question.
        if calmSince != nil { calmSince = now }
        return BrakeChange(from: from, to: step, reasons: reasons)
    }

    // MARK: What a reading says

    /// What speaks for a heavier step: limits exceeded in a time that began after the last step.
    private func reasons(_ reading: BrakeReading, at now: ContinuousClock.Instant) -> [BrakeReason] {
        var reasons: [BrakeReason] = []
        for interface in reading.interfaces where !interface.isGone {
            if counts(since: now - reading.interval), let packets = interface.dropped,
                reading.dropsPerSecond(interface) > limits.dropsPerSecond
            {
                reasons.append(.drops(interface: interface.name, packets: packets, within: reading.interval))
            }
            if let fill = interface.queueFill, isStanding(interface, fill: fill) {
                reasons.append(.queue(interface: interface.name, fill: fill, limit: limits.queueFill))
            }
        }
        if let processor = reading.processor, counts(since: now - processor.over),
            processor.softirqShare > limits.softirqShare
        {
            reasons.append(
                .softirq(processor: processor.number, share: processor.softirqShare, limit: limits.softirqShare))
        }
        return reasons
    }

    private func counts(since began: ContinuousClock.Instant) -> Bool {
        changed.map { began >= $0 + Self.settling } ?? true
    }

    /// Whether a queue was too full at the reading before too, and does not drain. One reading may have met a burst.
    private func isStanding(_ interface: BrakeReading.Interface, fill: Double) -> Bool {
        guard let previous, counts(since: previous.at), fill > limits.queueFill,
            let before = previous.reading.interfaces.first(where: { $0.index == interface.index })?.queueFill
        else { return false }
        return before > limits.queueFill && fill > before * Self.drainingShare
    }

    private func isCalm(_ reading: BrakeReading) -> Bool {
        guard reading.isComplete, let processor = reading.processor else { return false }
        return processor.softirqShare <= limits.softirqShare * Self.calmShare
            && reading.interfaces.allSatisfy {
                reading.dropsPerSecond($0) <= limits.dropsPerSecond * Self.calmShare
                    && $0.queueFill ?? 0 <= limits.queueFill * Self.calmShare
            }
    }
}
