internal import BPF

/// Why a chain could not be made, changed or read.
public struct ChainingError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Hashable, Sendable {
        /// The plan does not say something that can be done.
        case usage
        /// The interface, or the chain, is not there.
        case notFound
        /// Somebody else has the chain, or the place on the interface.
        case busy
        /// This user may not do it.
        case notPermitted
        /// This kernel, or this machine, cannot do it.
        case notSupported
        /// What a member knows cannot be taken over by its replacement.
        case incompatibleState
        /// The object is not one that can be a member.
        case object
        /// The kernel refused.
        case kernel
    }

    public let code: Code
    /// What failed on what, and the remedy.
    public let message: String
    /// What the layer below said.
    public let cause: String?

    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}

extension ChainingError {
    /// The error of the layer below, with what was being done.
    init(_ error: BPFError, _ what: String) {
        let code: Code =
            switch error.code {
            case .notSupported: .notSupported
            case .notPermitted: .notPermitted
            case .notFound: .notFound
            case .busy, .alreadyExists: .busy
            case .refusedByVerifier: .object
            default: .kernel
            }
        self.init(code, what, cause: error.message)
    }

    /// Runs `body` and throws its error as one of this module, with what was being done.
    static func doing<R: ~Copyable>(_ what: @autoclosure () -> String, _ body: () throws(BPFError) -> R)
        throws(ChainingError) -> R
    {
        do { return try body() } catch { throw ChainingError(error, what()) }
    }
}
