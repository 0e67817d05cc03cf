import Glibc
public import PackageFormat

/// A package's archive on this host, before it is published or after it was got: for those who make packages.
public struct PackageFile: Sendable {
    public let path: String
    private let limits: ArchiveLimits

    public init(_ path: String, limits: ArchiveLimits = ArchiveLimits()) {
        self.path = path
        self.limits = limits
    }

    var fileName: String { String(path.split(separator: "/").last ?? "") }
    var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// What is in an archive, and who vouches for it.
    public struct Inspection: Hashable, Sendable {
        /// Of the archive.
        public let digest: Digest
        /// Bytes of the archive.
        public let size: Int
        /// The directory at its top.
        public let directory: String
        public let verification: Verification
        /// The keys that signed, trusted or not.
        public let keys: [KeyIdentifier]
    }

    func unpack(into workspace: borrowing Workspace) throws(PackageError) -> UnpackedArchive {
        let artifact = try PackageName(fileName, what: "artifact")
        let format = try ArchiveFormat(of: artifact.text)
        let file = try FileDescriptor(reading: path)
        try Extraction.run(
            file, format: format, into: workspace.directory, as: "tree", limits: limits)
        return try UnpackedArchive(workspace.directory.directory("tree"), artifact: artifact)
    }

    /// Looks into the archive and verifies what is there.
    ///
    /// - Parameters:
    ///   - trust: whose signatures count.
    ///   - allowsUnsigned: whether a package without such a signature is an error.
    public func inspect(trust: TrustStore, allowsUnsigned: Bool = true) throws(PackageError) -> Inspection {
        let workspace = try Workspace.make()
        let unpacked = try unpack(into: workspace)
        let package = try workspace.directory.directory("tree").directory(unpacked.top)
        let verification = try PackageVerifier(trust: trust, allowsUnsigned: allowsUnsigned)
            .verify(package, files: unpacked.packageFiles, called: path)
        var keys: [KeyIdentifier] = []
        if unpacked.packageFiles[try PackagePath(Manifest.signatureFileName)] != nil {
            let file = try package.file(Manifest.signatureFileName)
            keys = try SignatureFile(file.readAll(limit: SignatureFile.longest), name: file.name).signatures.map(\.key)
        }
        let (digest, size) = try FileDescriptor(reading: path).digest()
        return Inspection(
            digest: digest, size: size, directory: unpacked.top, verification: verification, keys: keys)
    }
}
