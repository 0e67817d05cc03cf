import Glibc
public import PackageFormat

/// Packages kept on this host, unpacked, by the digests of their archives.
///
///     STORE/packages/DIGEST/record, tree/     complete and never changed: they come here by one rename(2)
///     STORE/references/DIGEST                 what a repository had under a name
///     STORE/incoming/NAME/                    being made, and locked by who makes it
///
/// Any number of processes may use it at a time, and each may be killed at any moment.
public struct PackageStore: Sendable {
    /// Its directory.
    public let path: String

    /// Opens a store, makes it where it is missing, and removes what others that were killed left half-made.
    ///
    /// - Throws: ``PackageError`` with the codes `unwritable`, `notPermitted`, and `refused` when others may write there.
    public init(_ path: String) throws(PackageError) {
        let directory = try Directory(making: path, mode: 0o700)
        self.path = try directory.absolutePath()
        guard try directory.permissions() & 0o022 == 0 else {
            throw PackageError(.refused, "others may write to \(path), and change programs: 'chmod go-w \(path)'")
        }
        for name in ["packages", "references", "incoming"] { _ = try Directory(making: path + "/" + name, mode: 0o700) }
        try Incoming.clean(incomingPath)
    }

    private var packagesPath: String { path + "/packages" }
    private var referencesPath: String { path + "/references" }
    private var incomingPath: String { path + "/incoming" }

    /// A directory for a download.
    func receive() throws(PackageError) -> Incoming { try Incoming.make(in: incomingPath) }

    /// Opens the package of this digest, if it is there and whole, and verifies it.
    ///
    /// What is not as it was stored is removed, so that it can be fetched anew.
    ///
    /// - Returns: nil when it is not there, or not any more.
    /// - Throws: ``PackageError`` of the verifier.
    func open(_ digest: Digest, verifier: PackageVerifier) throws(PackageError) -> OpenedPackage? {
        let packages = try Directory(inStore: packagesPath)
        let lease: Directory
        do throws(PackageError) {
            lease = try packages.directory(digest.description)
        } catch {
            guard error.cause == ENOENT else { throw error }
            return nil
        }
        guard flock(lease.rawValue, LOCK_SH | LOCK_NB) == 0, try packages.has(digest.description, thatIs: lease) else {
            // Somebody is removing it.
            return nil
        }
        let found: (record: StoreRecord, files: [PackagePath: PackagedFile])
        do throws(PackageError) {
            found = try Self.contents(lease)
        } catch {
            // A process without descriptors left, or a disk that fails, says nothing about the package.
            guard !Self.elsewhere.contains(error.cause) else { throw error }
            try discard(digest)
            return nil
        }
        guard found.record.files == found.files else {
            try discard(digest)
            return nil
        }
        return try Self.opened(digest, found.record, lease, at: "\(packagesPath)/\(digest)", verifier)
    }

    /// Errors whose reason is not the package.
    private static let elsewhere: Set<Int32> = [EMFILE, ENFILE, ENOMEM, EIO, EACCES, EPERM]

    private static func contents(
        _ directory: borrowing Directory
    ) throws(PackageError) -> (StoreRecord, [PackagePath: PackagedFile]) {
        let file = try directory.file(StoreRecord.fileName)
        let record = try StoreRecord(file.readAll(limit: 16 << 20), name: file.name)
        return (record, try directory.directory(StoreRecord.treeName).packagedFiles())
    }

    private static func opened(
        _ digest: Digest, _ record: StoreRecord, _ lease: consuming Directory, at path: String,
        _ verifier: PackageVerifier
    ) throws(PackageError) -> OpenedPackage {
        let root = try lease.directory(StoreRecord.treeName).directory(record.top)
        let files = record.files.reduce(into: [PackagePath: PackagedFile]()) { result, file in
            if let path = file.key.within(record.top) { result[path] = file.value }
        }
        let verification = try verifier.verify(root, files: files, called: root.path)
        return OpenedPackage(
            digest: digest, path: "\(path)/\(StoreRecord.treeName)/\(record.top)", verification: verification,
            lease: lease)
    }

    /// Unpacks, verifies and keeps an archive. What does not pass never gets a place in the store.
    ///
    /// - Parameters:
    ///   - archive: what was downloaded to `incoming`.
    ///   - check: looks at what was found before the package is kept.
    func add(
        _ archive: Download, digest: Digest, artifact: PackageName, in incoming: borrowing Incoming,
        limits: ArchiveLimits, verifier: PackageVerifier, check: (Verification) throws(PackageError) -> Void
    ) throws(PackageError) -> OpenedPackage {
        let made = try incoming.directory.makeDirectory("package", mode: 0o755)
        try Extraction.run(
            archive.file, format: ArchiveFormat(of: artifact.text), into: made, as: StoreRecord.treeName, limits: limits
        )
        let unpacked = try UnpackedArchive(made.directory(StoreRecord.treeName), artifact: artifact)
        let record = StoreRecord(artifact: artifact, top: unpacked.top, files: unpacked.files)
        let file = try made.makeFile(StoreRecord.fileName, mode: 0o644)
        try file.write(Array(record.text.utf8))
        let verification = try verifier.verify(
            made.directory(StoreRecord.treeName).directory(record.top), files: unpacked.packageFiles,
            called: archive.name)
        try check(verification)
        try made.synchronizeAll()
        // Before it has its place, so that nobody takes it for unused in between.
        guard flock(made.rawValue, LOCK_SH | LOCK_NB) == 0 else {
            throw .system(errno, "cannot lock \(made.path)", otherwise: .unwritable)
        }
        let packages = try Directory(inStore: packagesPath)
        while true {
            do throws(PackageError) {
                try incoming.directory.move("package", to: packages, as: digest.description)
                try packages.synchronize()
                return OpenedPackage(
                    digest: digest, path: "\(packagesPath)/\(digest)/\(StoreRecord.treeName)/\(record.top)",
                    verification: verification, lease: made)
            } catch {
                guard error.code == .alreadyExists else { throw error }
                // Another process was first. If it cannot be opened, it is just being removed.
                if let opened = try open(digest, verifier: verifier) { return opened }
                usleep(1000)
            }
        }
    }

    /// Takes a package out of the store, in one step, and then apart.
    private func discard(_ digest: Digest) throws(PackageError) {
        let incoming = try receive()
        do throws(PackageError) {
            try Directory(inStore: packagesPath).move(digest.description, to: incoming.directory, as: "discarded")
        } catch {
            guard error.cause == ENOENT else { throw error }
            return
        }
    }

    /// Which archive a repository had under a name when it was last asked; nil where that is not known.
    ///
    /// - Parameter digest: asks whether it ever was this one.
    func resolve(_ reference: StoreReference, to digest: Digest?) throws(PackageError) -> Digest? {
        let references = try Directory(inStore: referencesPath)
        let name = try reference.fileName(for: digest)
        let bytes: [UInt8]
        do throws(PackageError) {
            bytes = try references.file(name).readAll(limit: 1 << 16)
        } catch {
            guard error.cause == ENOENT else { throw error }
            return nil
        }
        // One that cannot be read is as good as none: the repository knows.
        return try? StoreReference.digest(bytes, name: name)
    }

    /// Writes down which archive a repository has under a name.
    func note(_ reference: StoreReference, is digest: Digest) throws(PackageError) {
        let incoming = try receive()
        let references = try Directory(inStore: referencesPath)
        for name in try [reference.fileName(for: digest), reference.fileName(for: nil)] {
            let file = try incoming.directory.makeFile(name, mode: 0o644)
            try file.write(Array(reference.text(digest).utf8))
            try file.synchronize()
            try incoming.directory.move(name, to: references, as: name)
        }
        try references.synchronize()
    }

    /// The packages that are in the store.
    public func digests() throws(PackageError) -> [Digest] {
        try Directory(inStore: packagesPath).entries().compactMap { Digest($0.name) }
    }

    /// Removes packages that nobody has open and that are not to be kept, and what refers to them.
    ///
    /// - Returns: those that were removed.
    @discardableResult
    public func removeUnused(keeping kept: Set<Digest> = []) throws(PackageError) -> [Digest] {
        var removed: [Digest] = []
        let packages = try Directory(inStore: packagesPath)
        for digest in try digests() where !kept.contains(digest) {
            guard let directory = try? packages.directory(digest.description),
                flock(directory.rawValue, LOCK_EX | LOCK_NB) == 0
            else { continue }
            try discard(digest)
            removed.append(digest)
        }
        let left = Set(try digests())
        let references = try Directory(inStore: referencesPath)
        for entry in try references.entries() {
            let bytes = try? references.file(entry.name).readAll(limit: 1 << 16)
            let digest = bytes.flatMap { try? StoreReference.digest($0, name: entry.name) }
            if digest.map(left.contains) != true { try references.remove(entry.name) }
        }
        return removed
    }
}
