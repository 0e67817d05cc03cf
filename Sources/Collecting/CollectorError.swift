internal import Glibc

/// Why a collector cannot begin or go on.
public struct CollectorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public enum Code: Hashable, Sendable {
        /// The configuration contradicts itself.
        case configuration
        /// A UDP port cannot be listened on.
        case listen
        /// The file cannot be opened.
        case output
        /// The interface cannot be delivered to.
        case delivery
        /// Receiving failed.
        case receive
        /// The system has no room for another thread or descriptor.
        case resources
    }

    public let code: Code
    /// What failed on what, and the remedy.
    public let message: String
    /// The system's own words; nil when it was not asked.
    public let cause: String?

    public var description: String { cause.map { "\(message): \($0)" } ?? message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        cause = nil
    }

    /// A failure of a system call.
    init(_ code: Code, _ message: String, errno number: Int32) {
        self.code = code
        self.message = message
        cause = Self.text(of: number)
    }

    /// A failure of something beneath, in its own words.
    init(_ code: Code, _ message: String, cause: String) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// What the C library says about an error number.
    static func text(of number: Int32) -> String {
        String(cString: strerror(number))
    }
}
