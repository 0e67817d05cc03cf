/// A file of a package as its manifest describes it.
public struct PackagedFile: Hashable, Sendable {
    public var digest: Digest
    /// Bytes.
    public var size: Int
    public var isExecutable: Bool

    public init(digest: Digest, size: Int, isExecutable: Bool) {
        self.digest = digest
        self.size = size
        self.isExecutable = isExecutable
    }
}
