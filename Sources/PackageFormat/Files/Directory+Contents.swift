import Glibc

extension Directory {
    /// What there is in a directory.
    public struct Entry: Hashable, Sendable {
        public enum Kind: Hashable, Sendable { case file, directory, other }
        public let name: String
        public let kind: Kind
    }

    /// What is in this directory itself, sorted by name.
    public func entries() throws(PackageError) -> [Entry] {
        // One of its own: closedir(3) closes what it was given, and both would share the position.
        let number = openat(rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0, let stream = fdopendir(number) else {
            throw .system(errno, "cannot read the directory \(path)", otherwise: .unreadable)
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            var status = stat()
            guard fstatat(rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            let kind: Entry.Kind =
                switch status.st_mode & S_IFMT {
                case S_IFREG: .file
                case S_IFDIR: .directory
                default: .other
                }
            entries.append(Entry(name: name, kind: kind))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// The paths of all files below, sorted.
    ///
    /// - Throws: ``PackageError`` with the code `content` for what is neither a file nor a directory.
    public func files() throws(PackageError) -> [PackagePath] {
        var files: [PackagePath] = []
        try collect(self, below: "", into: &files)
        return files.sorted()
    }

    private func collect(
        _ directory: borrowing Directory, below prefix: String, into files: inout [PackagePath]
    ) throws(PackageError) {
        for entry in try directory.entries() {
            let path = try PackagePath(prefix + entry.name)
            switch entry.kind {
            case .file: files.append(path)
            case .directory: try collect(directory.directory(entry.name), below: path.text + "/", into: &files)
            case .other:
                throw PackageError(
                    .content,
                    "\(directory.path)/\(entry.name) is neither a file nor a directory: a package has no others")
            }
        }
    }

    /// Removes something in this directory with all that is in it; nothing happens when it is not there.
    public func remove(_ name: String) throws(PackageError) {
        if unlinkat(rawValue, name, 0) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else {
            throw .system(errno, "cannot remove \(path)/\(name)", otherwise: .unwritable)
        }
        do throws(PackageError) {
            try Self.empty(directory(name))
        } catch {
            guard error.cause == ENOENT else { throw error }
            return
        }
        guard unlinkat(rawValue, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw .system(errno, "cannot remove \(path)/\(name)", otherwise: .unwritable)
        }
    }

    private static func empty(_ directory: borrowing Directory) throws(PackageError) {
        for entry in try directory.entries() { try directory.remove(entry.name) }
    }

    /// Waits until everything below would survive a loss of power.
    public func synchronizeAll() throws(PackageError) { try Self.synchronizeAll(self) }

    private static func synchronizeAll(_ directory: borrowing Directory) throws(PackageError) {
        for entry in try directory.entries() {
            switch entry.kind {
            case .file: try directory.file(entry.name).synchronize()
            case .directory: try synchronizeAll(directory.directory(entry.name))
            case .other: continue
            }
        }
        try directory.synchronize()
    }
}
