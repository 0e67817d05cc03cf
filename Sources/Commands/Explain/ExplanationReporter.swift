internal import Rules

/// Where explanations go: to a person or to a program.
protocol ExplanationReporter {
    /// - Parameters:
    ///   - number: Counted from 1.
    ///   - isWhole: Whether all is told, and not the decision only.
    func explained(_ packet: ExplainedPacket, number: Int, _ finding: Finding, isWhole: Bool) throws
    /// After the last packet, when there was not exactly one.
    func ended(_ summary: ExplanationSummary) throws
}
