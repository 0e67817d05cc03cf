/// What went wrong with the text or the numbers of an address, a prefix or a header.
public struct PacketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public enum Code: Hashable, Sendable {
        /// The text is no IPv4 or IPv6 address.
        case address
        /// The text is no `address/length`, or the length is out of range.
        case prefix
        /// The address has bits set after its prefix.
        case hostBits
        /// A header cannot be built from these values.
        case header
        /// The text is no packet in hexadecimal.
        case hexadecimal
    }

    public let code: Code
    /// What failed on what, and the remedy.
    public let message: String
    /// The failure beneath, in words; nil when this one is the first.
    public let cause: String?

    public var description: String { cause.map { "\(message): \($0)" } ?? message }

    init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
