/// Measures several candidates in turn, many times, so that whatever slows the machine down slows all of them.
///
/// Each round measures every candidate once. The order is turned by one from round to round: none always comes first, or
/// always after the same other one.
public struct InterleavedRounds: Sendable {
    public let count: Int
    /// Rounds before these, which do not count: caches, branch predictors and the clock's frequency settle.
    public let warmUps: Int

    public init(_ count: Int, warmUps: Int = 1) {
        self.count = count
        self.warmUps = warmUps
    }

    /// - Parameters:
    ///   - candidates: their names; each once.
    ///   - measure: one value of the candidate of this index.
    /// - Returns: for every candidate its value in each round.
    public func run(
        _ candidates: [String], measure: (Int) throws -> Double
    ) rethrows -> Rounds {
        var values = [[Double]](repeating: [], count: candidates.count)
        for round in 0..<(warmUps + count) {
            for turn in candidates.indices {
                let index = (turn + round) % candidates.count
                let value = try measure(index)
                if round >= warmUps { values[index].append(value) }
            }
        }
        return Rounds(candidates: candidates, values: values)
    }

    /// The same for candidates that have to be waited for.
    public func run(
        _ candidates: [String], measure: (Int) async throws -> Double
    ) async rethrows -> Rounds {
        var values = [[Double]](repeating: [], count: candidates.count)
        for round in 0..<(warmUps + count) {
            for turn in candidates.indices {
                let index = (turn + round) % candidates.count
                let value = try await measure(index)
                if round >= warmUps { values[index].append(value) }
            }
        }
        return Rounds(candidates: candidates, values: values)
    }
}
