/// The last second of what the CPUs spent their time on.
///
/// Most kernels find out what a CPU is doing by looking at each tick, and tell it in hundredths of a second: the quarter
/// of a second between two readings is 25 of these, too few to call a share.
struct SoftirqWindow: Sendable {
    static let length = Duration.seconds(1)

    private var samples: [(at: ContinuousClock.Instant, processors: [UInt32: ProcessorTimes])] = []

    /// Adds what /proc/stat says now; what is older than needed goes.
    mutating func add(_ processors: [UInt32: ProcessorTimes], at now: ContinuousClock.Instant) {
        samples.append((now, processors))
        while samples.count > 2, now - samples[1].at >= Self.length { samples.removeFirst() }
    }

    /// The CPU that spends the largest share of its time in softirq; nil before there are two samples.
    ///
    /// A CPU counts from the first sample on since which it has been online.
    var busiest: BrakeReading.Processor? {
        guard let last = samples.last else { return nil }
        var busiest: BrakeReading.Processor?
        for (number, times) in last.processors {
            let online = samples.reversed().prefix { $0.processors[number] != nil }
            guard let first = online.last, let before = first.processors[number], first.at < last.at,
                let share = times.softirqShare(since: before)
            else { continue }
            let processor = BrakeReading.Processor(number: number, softirqShare: share, over: last.at - first.at)
            // The lower number of two that are equal, so that equal times give equal answers.
            if busiest.map({ (share, $0.number) > ($0.softirqShare, number) }) ?? true { busiest = processor }
        }
        return busiest
    }
}
