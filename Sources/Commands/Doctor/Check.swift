/// One thing that a mirror needs, or is better off with, and what the doctor found.
struct Check: Encodable, Sendable {
    enum Result: String, Encodable, Sendable {
        /// It is there.
        case present
        /// It is not there, and no mirror works without it.
        case missing
        /// It is not there; mirrors work, but for what `finding` says.
        case limited
        /// It may not be asked for.
        case unknown
    }

    /// A name that does not change, for programs.
    var name: String
    var result: Result
    /// What was found.
    var finding: String
    /// How to get what is missing.
    var remedy: String?

    init(_ name: String, _ result: Result, _ finding: String, remedy: String? = nil) {
        self.name = name
        self.result = result
        self.finding = finding
        self.remedy = remedy
    }
}
