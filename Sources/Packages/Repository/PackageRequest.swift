public import PackageFormat

/// Which package is wanted.
public struct PackageRequest: Hashable, Sendable {
    /// The version that repositories may change at any time: it is asked for anew each time.
    public static let latest = "latest"

    public var name: PackageName
    public var version: PackageName
    /// The directory that is looked into before `any`.
    public var platform: PackageName
    /// The archive's name in the repository.
    public var artifact: PackageName
    /// A repository of the program's own, in place of the operator's, where the operator allows that.
    public var repository: RepositoryAddress?
    /// The archive that it has to be; nil: whatever the repository has.
    public var digest: Digest?

    /// - Parameter artifact: nil: the package's name and `.tar.gz`.
    /// - Throws: ``PackageError`` with the code `invalid`.
    public init(
        name: String, version: String, platform: PackageName, artifact: String? = nil,
        repository: RepositoryAddress? = nil, digest: Digest? = nil
    ) throws(PackageError) {
        self.name = try PackageName(name)
        self.version = try PackageName(version, what: "version")
        self.platform = platform
        self.artifact = try PackageName(artifact ?? name + ArchiveFormat.tarGzip.rawValue, what: "artifact")
        self.repository = repository
        self.digest = digest
        // Known before anything is downloaded.
        _ = try ArchiveFormat(of: self.artifact.text)
        _ = try ArchiveFormat.topDirectory(of: self.artifact)
    }

    /// The directories to look into, in this order.
    func platforms() throws(PackageError) -> [PackageName] {
        let any = try PackageName(Platform.any, what: "platform")
        return platform == any ? [any] : [platform, any]
    }
}
