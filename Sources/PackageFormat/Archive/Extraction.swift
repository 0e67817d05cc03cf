import Glibc

/// Unpacks an archive into a new directory: all of it, or nothing.
public struct Extraction {
    private let archive: String
    private let allowance: (bytes: Int, reason: String)
    private let limits: ArchiveLimits
    private let deadline: ContinuousClock.Instant
    private var entries = 0
    private var bytes = 0
    /// What was there by its name in lower case: two names that differ in nothing else are one name to some.
    private var seen: [String: (path: PackagePath, kind: ArchiveEntry.Kind)] = [:]

    private init(_ archive: borrowing FileDescriptor, limits: ArchiveLimits) throws(PackageError) {
        let size = try archive.size()
        guard size <= limits.archiveBytes else {
            throw PackageError(
                .tooLarge, "\(archive.name) has \(size) bytes: archives may have \(limits.archiveBytes)")
        }
        self.archive = archive.name
        self.limits = limits
        allowance = limits.allowance(archiveBytes: size)
        deadline = .now + limits.duration
    }

    /// Unpacks an archive.
    ///
    /// - Parameters:
    ///   - archive: the archive; it is read from its beginning.
    ///   - directory: where the new directory is made.
    ///   - name: that of the new directory.
    /// - Throws: ``PackageError`` with the codes `archive`, `tooLarge`, `timedOut`, `alreadyExists`, `unwritable`. Then
    ///   there is no such directory.
    public static func run(
        _ archive: borrowing FileDescriptor, format: ArchiveFormat, into directory: borrowing Directory,
        as name: String,
        limits: ArchiveLimits = ArchiveLimits()
    ) throws(PackageError) {
        var extraction = try Extraction(archive, limits: limits)
        if format == .tarGzip { try extraction.checkSum(of: archive) }
        try archive.rewind()
        let reader = try ArchiveReader(archive, format: format)
        let target = try directory.makeDirectory(name)
        do throws(PackageError) {
            while let entry = try reader.next() { try extraction.take(entry, of: reader, into: target) }
        } catch {
            try? directory.remove(name)
            throw error
        }
    }

    private func checkSum(of archive: borrowing FileDescriptor) throws(PackageError) {
        // Headers and padding come on top of the files: seldom more than two KiB for each, and long names.
        let headers = (limits.entries + 1) << 13
        try GzipChecksum.check(archive, limit: allowance.bytes + headers, deadline: deadline)
    }

    private func checkTime() throws(PackageError) {
        guard ContinuousClock.now < deadline else {
            throw PackageError(.timedOut, "\(archive) took longer than \(limits.duration) to unpack")
        }
    }

    private mutating func take(
        _ entry: ArchiveEntry, of reader: ArchiveReader, into target: borrowing Directory
    ) throws(PackageError) {
        try checkTime()
        entries += 1
        guard entries <= limits.entries else {
            throw PackageError(.tooLarge, "\(archive) has more than \(limits.entries) files and directories")
        }
        guard let path = entry.path else { return }
        for parent in path.parents { try note(parent, .directory) }
        try note(path, entry.kind)
        switch entry.kind {
        case .directory: try Self.makeDirectories(path.parts[...], in: target)
        case .file:
            if let size = entry.size { try checkBytes(with: size, at: path) }
            let parts = path.parts
            try Self.makeDirectories(parts.dropLast(), in: target)
            try write(entry, path, of: reader, into: Self.makeFile(parts[...], entry, in: target))
        }
    }

    private func checkBytes(with more: Int, at path: PackagePath) throws(PackageError) {
        guard more >= 0, more <= allowance.bytes - bytes else {
            throw PackageError(.tooLarge, "\(archive) has \(allowance.reason), at \(path.text.quoted)")
        }
    }

    /// Directories may be named again, by themselves or by what is in them; nothing else may.
    private mutating func note(_ path: PackagePath, _ kind: ArchiveEntry.Kind) throws(PackageError) {
        let key = path.text.lowercased()
        guard let other = seen[key] else {
            seen[key] = (path, kind)
            return
        }
        guard other.path == path else {
            throw PackageError(
                .archive, "\(archive): \(path.text.quoted) and \(other.path.text.quoted) differ only in case")
        }
        guard kind == .directory, other.kind == .directory else {
            throw PackageError(.archive, "\(archive) has \(path.text.quoted) twice")
        }
    }

    private mutating func write(
        _ entry: ArchiveEntry, _ path: PackagePath, of reader: ArchiveReader, into file: consuming FileDescriptor
    ) throws(PackageError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        var written = 0
        while case let count = try reader.read(into: buffer, of: path), count > 0 {
            try checkBytes(with: count, at: path)
            try checkTime()
            bytes += count
            written += count
            try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        if let size = entry.size, size != written {
            throw PackageError(
                .archive, "\(archive): \(path.text.quoted) has \(written) bytes, and \(size) are announced")
        }
    }

    private static func makeDirectories(
        _ parts: ArraySlice<String>, in directory: borrowing Directory
    ) throws(PackageError) {
        guard let first = parts.first else { return }
        do throws(PackageError) {
            try makeDirectories(parts.dropFirst(), in: directory.makeDirectory(first))
        } catch  where error.code == .alreadyExists && error.cause == EEXIST {
            try makeDirectories(parts.dropFirst(), in: directory.directory(first))
        }
    }

    private static func makeFile(
        _ parts: ArraySlice<String>, _ entry: ArchiveEntry, in directory: borrowing Directory
    ) throws(PackageError) -> FileDescriptor {
        guard let first = parts.first, parts.count > 1 else {
            return try directory.makeFile(parts.first ?? "", mode: entry.isExecutable ? 0o755 : 0o644)
        }
        return try makeFile(parts.dropFirst(), entry, in: directory.directory(first))
    }
}
