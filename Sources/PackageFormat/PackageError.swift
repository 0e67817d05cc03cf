/// What went wrong with a package, a repository, a key or the store.
public struct PackageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, for callers that act on it.
    public enum Code: String, Hashable, Sendable, Codable, CaseIterable {
        /// A name, a version, a path, an address or a limit that cannot be.
        case invalid
        /// The archive is damaged, or has something in it that no package may have.
        case archive
        /// More than the limits allow: bytes, entries, ratio.
        case tooLarge = "too-large"
        /// It took longer than the limits allow.
        case timedOut = "timed-out"
        /// The manifest is wrong; ``PackageError/position`` says where.
        case manifest
        /// The files are not those of the manifest, or not those that were stored.
        case content
        /// A signature is missing, wrong, or of nobody who is trusted.
        case signature
        /// The operator's settings do not allow it.
        case refused
        /// There is no such package, version or file.
        case notFound = "not-found"
        /// There is one already, and it is another one.
        case alreadyExists = "already-exists"
        /// A repository does not answer, or not as it should.
        case unavailable
        /// A key file is wrong or readable by others.
        case key
        /// The user may not do it.
        case notPermitted = "not-permitted"
        /// A file cannot be read.
        case unreadable
        /// A file cannot be written.
        case unwritable
        /// Somebody asked to stop.
        case cancelled
    }

    public let code: Code
    /// What failed, on what, and what helps. It begins with the position where there is one.
    public let message: String
    /// Where in the manifest.
    public let position: FilePosition?
    /// The error number of the system call behind it; 0 where there was none.
    public let cause: Int32

    public init(_ code: Code, _ message: String, position: FilePosition? = nil, cause: Int32 = 0) {
        self.code = code
        self.message = message
        self.position = position
        self.cause = cause
    }

    public var description: String { message }
}
