import Glibc
public import PackageFormat

extension PackageFile {
    /// Makes a package of a directory that has a manifest: lists the files in it, and signs that, where a key is given.
    ///
    /// The same files give the same archive.
    ///
    /// - Parameters:
    ///   - source: the directory.
    ///   - key: nil: it stays unsigned for now.
    ///   - replacing: whether an archive of this name may be replaced.
    public func build(from source: String, key: PrivateKey? = nil, replacing: Bool) throws(PackageError) -> Inspection {
        let top = try checkName()
        let directory = try Directory(source)
        let manifestFile = try directory.file(Manifest.fileName)
        var manifest = try Manifest(
            readingSource: manifestFile.readAll(limit: Manifest.longest), file: manifestFile.name)
        guard manifest.version.text != PackageRequest.latest else {
            throw PackageError(.manifest, "\(manifestFile.name): no package has the version latest: it is an alias")
        }
        manifest.files = try directory.packagedFiles()
        for name in [Manifest.fileName, Manifest.signatureFileName] { manifest.files[try PackagePath(name)] = nil }
        // Whether programs and commands name files that are there.
        manifest = try Manifest(reading: Array(manifest.text.utf8), file: "the completed \(manifestFile.name)")
        let workspace = try Workspace.make()
        let staged = try workspace.directory.makeDirectory("package")
        for path in manifest.files.keys.sorted() { try Self.copy(path, from: directory, to: staged) }
        try staged.makeFile(Manifest.fileName, mode: 0o644).write(Array(manifest.text.utf8))
        if let key { try Self.sign(staged, with: key) }
        _ = try PackageVerifier(trust: TrustStore(), allowsUnsigned: true).verify(staged)
        try write(staged, top: top, replacing: replacing)
        return try inspect(trust: key.map(Self.trust) ?? TrustStore())
    }

    /// What the archive of a directory's package is usually called: its name and `.tar.gz`.
    public static func usualName(for source: String) throws(PackageError) -> String {
        let file = try Directory(source).file(Manifest.fileName)
        let manifest = try Manifest(readingSource: file.readAll(limit: Manifest.longest), file: file.name)
        return manifest.name.text + ArchiveFormat.tarGzip.rawValue
    }

    static func trust(_ key: PrivateKey) -> TrustStore {
        TrustStore(signers: [.init(name: key.publicKey.identifier.text, key: key.publicKey)])
    }

    func checkName() throws(PackageError) -> PackageName {
        let artifact = try PackageName(fileName, what: "artifact")
        guard try ArchiveFormat(of: artifact.text) == .tarGzip else {
            throw PackageError(.invalid, "\(path): packages are made as .tar.gz")
        }
        return try ArchiveFormat.topDirectory(of: artifact)
    }

    static func copy(
        _ path: PackagePath, from source: borrowing Directory, to target: borrowing Directory
    ) throws(PackageError) {
        let file = try source.file(path)
        try copy(file, path.parts[...], to: target)
    }

    static func copy(
        _ file: borrowing FileDescriptor, _ parts: ArraySlice<String>, to target: borrowing Directory
    ) throws(PackageError) {
        guard let first = parts.first else { return }
        guard parts.count > 1 else {
            let copy = try target.makeFile(first, mode: file.isExecutable() ? 0o755 : 0o644)
            while case let bytes = try file.read(atMost: 1 << 18), !bytes.isEmpty { try copy.write(bytes) }
            return
        }
        do throws(PackageError) {
            try copy(file, parts.dropFirst(), to: target.makeDirectory(first))
        } catch {
            guard error.cause == EEXIST else { throw error }
            try copy(file, parts.dropFirst(), to: target.directory(first))
        }
    }

    func write(
        _ package: borrowing Directory, top: PackageName, replacing: Bool
    ) throws(PackageError) {
        let new = try NewFile.make(fileName, in: folder)
        try ArchiveWriter.write(package, top: top, to: new.file)
        try new.finish(replacing: replacing)
    }
}
