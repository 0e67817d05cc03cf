/// Under what a benchmark runs.
public struct Conditions: Sendable {
    /// How much is measured.
    public enum Effort: String, Sendable, Codable {
        /// A few minutes for all benchmarks: fewer points and rounds. Good for seeing that things work.
        case quick
        /// What is published.
        case full
    }

    public let effort: Effort
    /// Path of the release build of periscope.
    public let periscope: String
    /// Programs of others that are measured beside ours.
    public let rivals: [ForeignObject]
    /// Says what is being done, for whoever waits.
    public let progress: @Sendable (String) -> Void

    public init(
        effort: Effort, periscope: String, rivals: [ForeignObject] = [],
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.effort = effort
        self.periscope = periscope
        self.rivals = rivals
        self.progress = progress
    }

    /// One of two values.
    public func choose<Value>(quick: Value, full: Value) -> Value { effort == .quick ? quick : full }
}
