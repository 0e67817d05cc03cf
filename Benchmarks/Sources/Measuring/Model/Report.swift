/// What one run measured. Its JSON form is documented in docs/benchmarks/README.md.
public struct Report: Sendable, Codable {
    /// What one benchmark of it measured.
    public struct Part: Sendable, Codable {
        public let name: String
        public let title: String
        public let about: String
        /// Seconds that it took.
        public let duration: Double
        public let figures: [Figure]

        public init(_ benchmark: any Benchmark, duration: Duration, figures: [Figure]) {
            name = benchmark.name
            title = benchmark.title
            about = benchmark.about
            self.duration = duration / .seconds(1)
            self.figures = figures
        }
    }

    /// Of the JSON form; raised when something is renamed or removed.
    public private(set) var version = 1
    public let machine: Machine
    public let effort: Conditions.Effort
    /// Whether all benchmarks ran.
    public let isComplete: Bool
    public let benchmarks: [Part]

    public init(machine: Machine, effort: Conditions.Effort, isComplete: Bool, benchmarks: [Part]) {
        self.machine = machine
        self.effort = effort
        self.isComplete = isComplete
        self.benchmarks = benchmarks
    }

    /// Whether it is what is published: everything, with full effort.
    public var isWhole: Bool { isComplete && effort == .full }
}
