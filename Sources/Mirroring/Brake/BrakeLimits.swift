/// When the brake acts: the limits of what an interface that carries copies, and a CPU, may show.
///
/// docs/design/brake.md says why these, and why so much.
public struct BrakeLimits: Hashable, Sendable {
    /// Share of the busiest CPU's time in softirq, above 0 and at most 1.
    public let softirqShare: Double
    /// How full the fullest queue of an interface is, above 0 and at most 1.
    public let queueFill: Double
    /// Packets that an interface drops, or fails to send, in a second; 0: each one is too many.
    public let dropsPerSecond: Double

    /// 50 % of a CPU in softirq, a queue half full, any packet dropped.
    public static let standard = BrakeLimits()

    private init() {
        softirqShare = 0.5
        queueFill = 0.5
        dropsPerSecond = 0
    }

    /// - Throws: ``MirrorError`` of code `usage` for what can be no limit.
    public init(
        softirqShare: Double = standard.softirqShare, queueFill: Double = standard.queueFill,
        dropsPerSecond: Double = standard.dropsPerSecond
    ) throws(MirrorError) {
        for (share, what) in [(softirqShare, "CPU time in softirq"), (queueFill, "a queue's limit")]
        where !(share > 0 && share <= 1) {
            throw MirrorError(
                .usage, "\(share * 100) % of \(what) can be no limit of the brake: above 0 % and up to 100 %")
        }
        guard dropsPerSecond >= 0, dropsPerSecond.isFinite else {
            throw MirrorError(.usage, "\(dropsPerSecond) drops a second can be no limit of the brake: 0 or more")
        }
        self.softirqShare = softirqShare
        self.queueFill = queueFill
        self.dropsPerSecond = dropsPerSecond
    }
}
