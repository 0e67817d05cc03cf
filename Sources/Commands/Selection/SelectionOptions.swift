internal import ArgumentParser
internal import Rules

/// The options that say how much of what matches is mirrored, the same for every command that has them.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Keep one of N: 1/N.", valueName: "1/N"),
        transform: { try SamplingRate($0) })
    var sample: SamplingRate?

    @Option(
        help: ArgumentHelp("What one of N is kept of: packet (default) or flow.", valueName: "packet|flow"),
        transform: { try Selection.SamplingUnit($0) })
    var sampleBy: Selection.SamplingUnit?

    @Option(
        help: ArgumentHelp(
            "Keep the beginning of each flow: packets (10), or bytes with a unit (64k).", valueName: "n"),
        transform: { try Selection.FlowLimit($0) })
    var first: Selection.FlowLimit?

    @Option(
        help: ArgumentHelp("Bits per second that copies may take: 10Mbit.", valueName: "rate"),
        transform: { try BitRate($0) })
    var budget: BitRate?

    @Option(
        help: ArgumentHelp("Shorten copies to this many bytes, or to their headers.", valueName: "bytes|headers"),
        transform: { try Selection.SnapLength($0) })
    var snaplen: Selection.SnapLength?

    @Option(
        name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 10m, 1h30m.", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var time: Duration?

    @Option(
        help: ArgumentHelp("End at this time: 18:00, or 2026-11-24T18:00:00Z.", valueName: "time"),
        transform: { try PointInTime(local: $0, now: .now()) })
    var until: PointInTime?

    /// What the options say together.
    var selection: Selection {
        let end = Selection.End(after: time, at: until?.nanoseconds)
        return Selection(
            samplingRate: sample?.oneOf, samplingUnit: sampleBy, first: first, budget: budget?.bitsPerSecond,
            snapLength: snaplen, end: end == Selection.End() ? nil : end)
    }
}
