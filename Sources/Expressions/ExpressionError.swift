/// Why an expression could not be compiled or translated.
public struct ExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; more may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable { case invalid, unsupported, tooLarge }
        private let kind: Kind

        /// libpcap refused the expression: a syntax error, an unknown host, or a qualifier that Ethernet has not.
        public static let invalid = Self(kind: .invalid)
        /// libpcap compiled the expression, but the result asks for something that tc programs do not have.
        public static let unsupported = Self(kind: .unsupported)
        /// The program is larger than the kernel loads.
        public static let tooLarge = Self(kind: .tooLarge)
    }

    /// The kind of failure.
    public let code: Code
    /// What failed; for ``Code/invalid`` libpcap's own words, unchanged.
    public let message: String
    /// What led to it, where something else did.
    public let cause: String?

    init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, and the cause behind a colon.
    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
