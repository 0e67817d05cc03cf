/// How long it must have been calm before one step of the brake is left for the lighter one.
///
/// A step that had to be taken again soon after it was left was left too early: the next time it takes twice as long,
/// up to a bound. When that does not happen, the next time is as the first.
struct BrakeHold: Hashable, Sendable {
    static let first = Duration.seconds(5)
    static let longest = Duration.seconds(300)
    /// A step taken again within this time was left too early, and also one within the hold itself.
    static let relapse = Duration.seconds(60)

    private(set) var length = first
    private var left: ContinuousClock.Instant?

    mutating func stepWasTaken(at now: ContinuousClock.Instant) {
        guard let left else { return }
        let isRelapse = now - left <= max(Self.relapse, length)
        length = isRelapse ? min(length * 2, Self.longest) : Self.first
        self.left = nil
    }

    mutating func stepWasLeft(at now: ContinuousClock.Instant) { left = now }
}
