internal import Mirroring

/// Tells what a preview sees.
protocol PreviewReporter {
    /// What the rule file probably does not mean to say.
    func warned(_ warnings: [String]) throws
    /// Packets are being counted from now on, for so long.
    func attached(_ preview: Preview, for time: Duration) throws
    /// Whether it wants to be told of what there is so far.
    var isLive: Bool { get }
    /// Every second or so.
    func answered(_ answers: PreviewAnswers, of preview: Preview, left: Duration) throws
    /// It is over: the answers.
    func ended(_ end: PreviewSession.End, _ answers: PreviewAnswers, of preview: Preview) throws
}
