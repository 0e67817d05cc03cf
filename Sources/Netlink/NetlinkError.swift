import Glibc

/// What went wrong between Periscope and the kernel's network configuration.
public struct NetlinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, for callers that act on it.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case notSupported, notPermitted, notFound, alreadyExists, busy, invalidArgument, unreachable
            case malformed, overrun, system
        }

        private let kind: Kind
        private init(_ kind: Kind) { self.kind = kind }

        /// The running kernel lacks what is asked for.
        public static let notSupported = Code(.notSupported)
        /// A capability is missing.
        public static let notPermitted = Code(.notPermitted)
        /// There is no such interface, route or neighbour.
        public static let notFound = Code(.notFound)
        /// There is one already.
        public static let alreadyExists = Code(.alreadyExists)
        /// Somebody else holds it.
        public static let busy = Code(.busy)
        /// The kernel does not take these values.
        public static let invalidArgument = Code(.invalidArgument)
        /// No route leads there.
        public static let unreachable = Code(.unreachable)
        /// The kernel's answer is not what its headers say.
        public static let malformed = Code(.malformed)
        /// Answers were lost because they were not read in time.
        public static let overrun = Code(.overrun)
        /// Any other failure of a system call.
        public static let system = Code(.system)

        public var description: String { kind.rawValue }
    }

    public var code: Code
    /// What failed, on what, and what helps; with the kernel's own words where it gave some.
    public var message: String
    /// The error number behind it; 0 where there was none.
    public var cause: Int32

    public init(_ code: Code, _ message: String, cause: Int32 = 0) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String { message }
}
