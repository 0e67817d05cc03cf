/// What is shown of a number that is read again and again: L3AF's aggregators, as a pure state machine.
public struct NumberSeries: Hashable, Sendable {
    public enum Aggregator: String, Hashable, Sendable, CaseIterable {
        /// The number itself.
        case scalar
        /// The greatest change a second among the last samples; the first sample counts as a change from 0.
        case maxRate = "max-rate"
        /// The mean of the last samples.
        case average = "avg"
    }

    public let aggregator: Aggregator
    private let capacity: Int
    private var samples: [Double] = []
    private var last: Int64?

    /// - Parameter capacity: samples that are looked at (L3AF's n-metric-samples).
    public init(_ aggregator: Aggregator, capacity: Int = 20) {
        self.aggregator = aggregator
        self.capacity = max(1, capacity)
    }

    /// Takes a number that was read, and the seconds since the one before.
    public mutating func add(_ number: Int64, after seconds: Double = 1) {
        switch aggregator {
        case .scalar: samples = [Double(number)]
        case .average: samples.append(Double(number))
        case .maxRate:
            let change = abs(Double(number) - Double(last ?? 0))
            samples.append(last == nil ? change : change / max(seconds, .leastNormalMagnitude))
        }
        last = number
        if samples.count > capacity { samples.removeFirst(samples.count - capacity) }
    }

    /// What is shown; 0 before there is a sample.
    public var value: Double {
        switch aggregator {
        case .scalar: samples.last ?? 0
        case .maxRate: samples.max() ?? 0
        case .average: samples.isEmpty ? 0 : samples.reduce(0, +) / Double(samples.count)
        }
    }
}
