/// What a lab's client asked for and got.
public struct TrafficSummary: Hashable, Sendable, Codable {
    /// What came of one kind of question in one family.
    public struct Count: Hashable, Sendable, Codable {
        /// Questions that were answered as they should be.
        public var answered = 0
        /// Questions that were not.
        public var failed = 0
        /// Bytes of content in the answers: for HTTP bodies (with wrk headers too), for DNS none.
        public var bytes = 0

        /// Nothing asked, or the given numbers.
        public init(answered: Int = 0, failed: Int = 0, bytes: Int = 0) {
            self.answered = answered
            self.failed = failed
            self.bytes = bytes
        }

        /// Both together.
        public static func + (left: Count, right: Count) -> Count {
            Count(
                answered: left.answered + right.answered, failed: left.failed + right.failed,
                bytes: left.bytes + right.bytes)
        }
    }

    /// What was asked, and with what.
    public enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
        /// HTTP requests one by one, by curl.
        case http
        /// HTTP requests by wrk.
        case load
        /// DNS questions, by dig.
        case dns
    }

    /// A line of the summary.
    public struct Line: Hashable, Sendable, Codable {
        /// What was asked.
        public var kind: Kind
        /// How the question travelled.
        public var family: Lab.AddressFamily
        /// What came of it.
        public var count: Count
        /// What the programs complained about, if they did.
        public var complaint: String?
    }

    /// What came of each kind of question in each family.
    public var lines: [Line]
    /// How long all of it took, in seconds.
    public var seconds: Double

    /// The sum over one kind, one family, or both.
    public func total(_ kind: Kind? = nil, _ family: Lab.AddressFamily? = nil) -> Count {
        lines.filter { (kind == nil || $0.kind == kind) && (family == nil || $0.family == family) }
            .map(\.count).reduce(Count(), +)
    }
}
