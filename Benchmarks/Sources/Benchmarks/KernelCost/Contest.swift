import Measuring

/// One program on packets of one kind: a point of a line in a figure.
struct Candidate {
    /// The figure that it belongs to.
    let figure: String
    /// The line that it is on.
    let series: String
    /// Its place on the line, such as the number of rules.
    let place: Place
    let timed: TimedProgram
    /// Which of the baselines it is compared with.
    let baseline: Int
}

/// Candidates and baselines that are measured in the same rounds.
struct Contest {
    let baselines: [TimedProgram]
    let candidates: [Candidate]

    /// Measures all of them, each beside a measurement of its baseline: a virtual machine's speed changes within
    /// milliseconds.
    func run(_ rounds: InterleavedRounds) throws -> Results {
        let timed = candidates.flatMap { [baselines[$0.baseline], $0.timed] }
        return Results(
            contest: self, rounds: try rounds.run(timed.indices.map(String.init)) { try timed[$0].measure() })
    }

    struct Results {
        let contest: Contest
        /// For each candidate its baseline and itself.
        let rounds: Rounds

        /// The lines of a figure, in the order in which their candidates were given: nanoseconds net of the baseline.
        func series(of figure: String) -> [Series] {
            var series: [Series] = []
            for (index, candidate) in contest.candidates.enumerated() where candidate.figure == figure {
                let measurement = rounds.measurement(of: 2 * index + 1, against: 2 * index, by: .difference)
                if let line = series.firstIndex(where: { $0.name == candidate.series }) {
                    series[line].add(measurement, at: candidate.place)
                } else {
                    series.append(Series(candidate.series, [Point(at: candidate.place, measurement: measurement)]))
                }
            }
            return series
        }

        /// The net cost of a line at one place divided by that at another, round by round; nil where either is missing.
        func ratio(_ figure: String, _ series: String, at place: Place, to other: Place) -> Measurement? {
            guard let above = net(figure, series, place), let below = net(figure, series, other) else { return nil }
            return Measurement(above, against: below, by: .ratio)
        }

        private func net(_ figure: String, _ series: String, _ place: Place) -> [Double]? {
            let index = contest.candidates.firstIndex {
                $0.figure == figure && $0.series == series && $0.place == place
            }
            guard let index else { return nil }
            return zip(rounds.values[2 * index + 1], rounds.values[2 * index]).map { $0 - $1 }
        }
    }
}
