internal import Crypto
public import PackageFormat
internal import Synchronization

/// A file that is being downloaded: its bytes go to the disk as they come, and into its digest.
public final class Download: Sendable {
    private struct State {
        var hash = SHA256()
        var size = 0
    }

    let file: FileDescriptor
    private let state = Mutex(State())
    /// The most bytes that are taken.
    public let limit: Int
    /// What is downloaded, for messages.
    public let name: String

    init(_ file: consuming FileDescriptor, name: String, limit: Int) {
        self.file = file
        self.name = name
        self.limit = limit
    }

    /// Checks the size that a server announces.
    ///
    /// - Throws: ``PackageError`` with the code `tooLarge`.
    public func announce(_ size: Int) throws(PackageError) {
        guard size <= limit else {
            throw PackageError(.tooLarge, "\(name) has \(size) bytes: archives may have \(limit)")
        }
    }

    /// Takes more bytes.
    ///
    /// - Throws: ``PackageError`` with the codes `tooLarge` and `unwritable`.
    public func append(_ bytes: [UInt8]) throws(PackageError) {
        let size = state.withLock { state in
            state.size += bytes.count
            if state.size <= limit { state.hash.update(data: bytes) }
            return state.size
        }
        guard size <= limit else {
            throw PackageError(.tooLarge, "\(name) has more than the \(limit) bytes that archives may have")
        }
        try file.write(bytes)
    }

    /// How much has come.
    public var size: Int { state.withLock { $0.size } }

    func digest() throws(PackageError) -> PackageFormat.Digest {
        try state.withLock { $0.hash }.finalize().asDigest()
    }
}
