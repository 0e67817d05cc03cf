/// Why a mirror could not be made, changed or kept.
public struct MirrorError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Hashable, Sendable {
        /// A target, a filter or an option does not say something that can be done.
        case usage
        /// The interface, or the mirror, that was named is not there.
        case notFound
        /// This user may not do it.
        case notPermitted
        /// This kernel, or this machine, cannot do it.
        case notSupported
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
