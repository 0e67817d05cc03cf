/// One figure of a report.
public struct Measurement: Hashable, Sendable, Codable {
    /// How a figure came from what was measured.
    public enum Comparison: String, Hashable, Sendable, Codable {
        /// The candidate less the baseline, round by round.
        case difference
        /// The candidate divided by the baseline, round by round.
        case ratio
        /// As it is: what is counted and not timed (instructions, bytes, packets lost), or stands for itself.
        case absolute
    }

    public let comparison: Comparison
    /// The figure.
    public let value: Distribution
    /// What was measured of the candidate itself; nil when that is the figure.
    public let candidate: Distribution?
    /// What was measured of the baseline in the same rounds.
    public let baseline: Distribution?

    /// A candidate beside its baseline.
    ///
    /// - Parameters:
    ///   - candidate: a value a round.
    ///   - baseline: its values in the same rounds.
    ///   - comparison: `.absolute` leaves the baseline out.
    public init(_ candidate: [Double], against baseline: [Double], by comparison: Comparison) {
        precondition(candidate.count == baseline.count, "candidate and baseline have different rounds")
        let values =
            switch comparison {
            case .difference: zip(candidate, baseline).map { $0 - $1 }
            case .ratio: zip(candidate, baseline).map { $0 / $1 }
            case .absolute: candidate
            }
        self.comparison = comparison
        value = Distribution(values)
        self.candidate = comparison == .absolute ? nil : Distribution(candidate)
        self.baseline = comparison == .absolute ? nil : Distribution(baseline)
    }

    /// A figure that needs no baseline, measured several times.
    public init(_ values: [Double]) {
        comparison = .absolute
        value = Distribution(values)
        candidate = nil
        baseline = nil
    }

    /// What was counted once.
    public init(count: Double) { self.init([count]) }
}
