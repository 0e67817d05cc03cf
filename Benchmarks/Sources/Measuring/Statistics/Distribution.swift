/// The middle and the spread of many values of one thing.
public struct Distribution: Hashable, Sendable, Codable {
    public let median: Double
    /// A quarter of the values are at most this.
    public let lowerQuartile: Double
    /// A quarter of the values are at least this.
    public let upperQuartile: Double
    public let minimum: Double
    public let maximum: Double
    /// How many values there were.
    public let count: Int

    /// - Parameter values: at least one.
    public init(_ values: [Double]) {
        precondition(!values.isEmpty, "a distribution of nothing")
        let sorted = values.sorted()
        median = Self.quantile(0.5, of: sorted)
        lowerQuartile = Self.quantile(0.25, of: sorted)
        upperQuartile = Self.quantile(0.75, of: sorted)
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        count = sorted.count
    }

    /// The value below which a fraction of the values is, with a straight line between neighbours (type 7 of Hyndman
    /// and Fan, "Sample Quantiles in Statistical Packages", 1996).
    ///
    /// - Parameters:
    ///   - fraction: 0...1.
    ///   - sorted: at least one value, in ascending order.
    public static func quantile(_ fraction: Double, of sorted: [Double]) -> Double {
        let place = fraction * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
