public import PackageFormat

/// A package on this host, unpacked and verified. While this value lives, the store keeps it.
public final class StoredPackage: Sendable {
    /// Where it came from.
    public struct Origin: Hashable, Sendable {
        public let repository: RepositoryAddress
        public let platform: PackageName

        public init(repository: RepositoryAddress, platform: PackageName) {
            self.repository = repository
            self.platform = platform
        }
    }

    public let name: PackageName
    /// As it was asked for, which may be `latest`; the manifest has the version itself.
    public let version: PackageName
    public let artifact: PackageName
    /// Of the archive.
    public let digest: Digest
    /// The absolute path of the package's root.
    public let path: String
    /// Who vouches for it.
    public let verification: Verification
    public let origin: Origin
    /// Whether it was downloaded just now; else it was there already.
    public let wasDownloaded: Bool
    /// Locked as long as it is open.
    private let lease: Directory

    init(
        _ request: PackageRequest, _ opened: consuming OpenedPackage, origin: Origin, wasDownloaded: Bool
    ) {
        name = request.name
        version = request.version
        artifact = request.artifact
        self.origin = origin
        self.wasDownloaded = wasDownloaded
        digest = opened.digest
        path = opened.path
        verification = opened.verification
        lease = opened.takeLease()
    }

    public var manifest: Manifest? { verification.manifest }
}
