/// What interleaved rounds measured: for each candidate a value a round.
public struct Rounds: Sendable {
    public let candidates: [String]
    /// By candidate, then by round.
    public let values: [[Double]]

    /// - Parameter values: by candidate, then by round; as many rounds for each.
    public init(candidates: [String], values: [[Double]]) {
        precondition(candidates.count == values.count && Set(values.map(\.count)).count <= 1, "rounds do not agree")
        self.candidates = candidates
        self.values = values
    }

    /// The values of a candidate, round by round; nil when there is none of this name.
    public func values(of candidate: String) -> [Double]? {
        candidates.firstIndex(of: candidate).map { values[$0] }
    }

    /// A candidate beside the baseline, round by round.
    ///
    /// - Parameters:
    ///   - candidate: index in `candidates`.
    ///   - baseline: index in `candidates`.
    public func measurement(
        of candidate: Int, against baseline: Int, by comparison: Measurement.Comparison
    ) -> Measurement {
        Measurement(values[candidate], against: values[baseline], by: comparison)
    }
}
