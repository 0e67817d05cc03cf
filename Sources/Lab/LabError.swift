/// Why a lab, a namespace or a program in one could not do what was asked.
public struct LabError: Error, Hashable, Sendable {
    /// What kind of failure it was: what a caller may want to decide on.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, Hashable, Sendable {
            case invalidName
            case alreadyExists
            case notPermitted
            case programMissing
            case programFailed
            case notReady
            case cancelled
            case system
        }

        private let kind: Kind

        /// An identifier, host or interface name that the kernel or the lab's naming scheme cannot take.
        public static let invalidName = Code(kind: .invalidName)
        /// A lab with this identifier is up already.
        public static let alreadyExists = Code(kind: .alreadyExists)
        /// The caller may not make network namespaces.
        public static let notPermitted = Code(kind: .notPermitted)
        /// A program that the lab needs is not installed.
        public static let programMissing = Code(kind: .programMissing)
        /// A program ended with a failure, or did not end in time.
        public static let programFailed = Code(kind: .programFailed)
        /// A service started but does not answer.
        public static let notReady = Code(kind: .notReady)
        /// The task was cancelled before the work was done.
        public static let cancelled = Code(kind: .cancelled)
        /// A system call failed.
        public static let system = Code(kind: .system)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on what, and what to do about it.
    public var message: String
    /// The `errno` value behind a ``Code/system`` failure.
    public var cause: Int32?

    /// An error of a kind, with its explanation.
    public init(code: Code, message: String, cause: Int32? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension LabError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
