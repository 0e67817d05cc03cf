/// What went wrong between Periscope and the kernel's BPF subsystem.
public struct BPFError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, for callers that act on it.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case notSupported, notPermitted, notFound, alreadyExists, busy, refusedByVerifier, invalidArgument
            case noMemory, system
        }

        private let kind: Kind
        private init(_ kind: Kind) { self.kind = kind }

        /// The running kernel lacks what is asked for.
        public static let notSupported = Code(.notSupported)
        /// A capability is missing.
        public static let notPermitted = Code(.notPermitted)
        /// There is no such program, map, interface, key or path.
        public static let notFound = Code(.notFound)
        /// There is one already.
        public static let alreadyExists = Code(.alreadyExists)
        /// Somebody else holds it.
        public static let busy = Code(.busy)
        /// The verifier refused a program: see ``BPFError/verifierLog``.
        public static let refusedByVerifier = Code(.refusedByVerifier)
        /// Sizes or names do not fit what they are used on.
        public static let invalidArgument = Code(.invalidArgument)
        /// Memory, or the locked-memory limit, ran out.
        public static let noMemory = Code(.noMemory)
        /// Any other failure of a system call.
        public static let system = Code(.system)

        public var description: String { kind.rawValue }
    }

    public var code: Code
    /// What failed, on what, and what helps.
    public var message: String
    /// The error number of the system call behind it; 0 where there was none.
    public var cause: Int32
    /// All that the verifier wrote about a refused program; empty otherwise.
    public var verifierLog: String

    public init(_ code: Code, _ message: String, cause: Int32 = 0, verifierLog: String = "") {
        self.code = code
        self.message = message
        self.cause = cause
        self.verifierLog = verifierLog
    }

    public var description: String { message }
}
