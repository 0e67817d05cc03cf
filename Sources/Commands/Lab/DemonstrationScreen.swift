/// Shows a demonstration.
protocol DemonstrationScreen: Sendable {
    /// What is being done.
    func says(_ text: String) throws
    /// Twice a second, while the client asks.
    func shows(_ counters: DemonstrationCounters, seconds: Double) throws
    /// It is over.
    func ended(_ outcome: Demonstration.Outcome) throws
}
