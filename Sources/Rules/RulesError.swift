/// Why rules could not be read or put in a list.
public struct RulesError: Error, Hashable, Sendable {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable {
            case tooManyRules, duplicateName, unreadable, invalid, invalidValue, disagreement
        }
        private let value: Value

        /// More rules than a list can have.
        public static let tooManyRules = Code(value: .tooManyRules)
        /// Two rules of one list have the same name.
        public static let duplicateName = Code(value: .duplicateName)
        /// The file cannot be opened or read.
        public static let unreadable = Code(value: .unreadable)
        /// The file has errors; `diagnostics` lists them.
        public static let invalid = Code(value: .invalid)
        /// A rate, an amount, a length of time or a point in time cannot be read.
        public static let invalidValue = Code(value: .invalidValue)
        /// The compiled table finds another rule than the list: an error of ours.
        public static let disagreement = Code(value: .disagreement)
    }

    public let code: Code
    /// What failed on what, and what to do about it.
    public let message: String
    /// The failed system call's `errno`, if one was the cause.
    public let cause: Int32?
    /// Every error and warning found in the file, in the file's order.
    public let diagnostics: [RuleDiagnostic]

    init(_ code: Code, _ message: String, cause: Int32? = nil, diagnostics: [RuleDiagnostic] = []) {
        self.code = code
        self.message = message
        self.cause = cause
        self.diagnostics = diagnostics
    }
}

extension RulesError: CustomStringConvertible {
    public var description: String { message }
}
