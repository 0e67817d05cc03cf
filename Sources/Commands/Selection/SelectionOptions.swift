internal import ArgumentParser
internal import Mirroring
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
        help: ArgumentHelp(
            "Sample the same flows as other mirrors with this number (default: a random one).", valueName: "number"))
    var sampleSeed: UInt64?

    @Option(help: ArgumentHelp("Flows that --first knows at the same time.", valueName: "n"))
    var flows: Int = MirrorSelection.usualFlowLimit

    func validate() throws {
        guard (8...16_777_216).contains(flows) else { throw ValidationError("--flows takes 8 to 16777216.") }
    }

    /// What the options say together.
    var mirrorSelection: MirrorSelection {
        var selection = MirrorSelection(
            common: Selection(
                samplingRate: sample?.oneOf, samplingUnit: sampleBy, first: first, budget: budget?.bitsPerSecond,
                snapLength: snaplen),
            flowLimit: flows)
        if let sampleSeed { selection.samplingSeed = sampleSeed }
        return selection
    }
}
