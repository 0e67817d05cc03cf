internal import ArgumentParser
internal import Rules

/// The options that say when nothing is mirrored any more, whoever is left to see to it.
struct EndOptions: ParsableArguments {
    @Option(
        name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 10m, 1h30m.", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var time: Duration?

    @Option(
        help: ArgumentHelp("End at this time: 18:00, or 2026-11-24T18:00:00Z.", valueName: "time"),
        transform: { try PointInTime(local: $0, now: .now()) })
    var until: PointInTime?

    /// What the options say together; nil: there is no end.
    var end: Selection.End? {
        let end = Selection.End(after: time, at: until?.nanoseconds)
        return end == Selection.End() ? nil : end
    }
}
