import Glibc

/// An open directory: what is below is reached from its descriptor, one part of a path at a time and without following
/// links, so that nobody who moves things about leads us elsewhere.
public struct Directory: ~Copyable, Sendable {
    let descriptor: FileDescriptor

    /// How messages name it.
    public var path: String { descriptor.name }

    /// The descriptor's number, to lend to system calls while this value lives.
    public var rawValue: Int32 { descriptor.rawValue }

    private init(_ number: Int32, _ path: String) { descriptor = FileDescriptor(taking: number, name: path) }

    private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// Opens a directory that the caller trusts: links on the way are followed.
    public init(_ path: String) throws(PackageError) {
        let number = open(path, Self.flags)
        guard number >= 0 else { throw .system(errno, "cannot open the directory \(path)", otherwise: .unreadable) }
        self.init(number, path)
    }

    /// The same, made with those above it where they are missing.
    ///
    /// - Parameter mode: permissions of those that are made.
    public init(making path: String, mode: UInt32 = 0o755) throws(PackageError) {
        var current = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            current += part
            guard mkdir(current, mode) == 0 || errno == EEXIST else {
                throw .system(errno, "cannot make the directory \(current)", otherwise: .unwritable)
            }
            current += "/"
        }
        try self.init(path)
    }

    /// Permission bits.
    public func permissions() throws(PackageError) -> UInt32 { try descriptor.permissions() }

    private func child(_ name: String) -> String { path + "/" + name }

    /// Opens a directory in this one.
    public func directory(_ name: String) throws(PackageError) -> Directory {
        let number = openat(rawValue, name, Self.flags | O_NOFOLLOW)
        guard number >= 0 else {
            throw .system(errno, "cannot open the directory \(child(name))", otherwise: .unreadable)
        }
        return Directory(number, child(name))
    }

    /// Makes a directory in this one, and opens it.
    ///
    /// - Throws: ``PackageError`` with the code `alreadyExists` when there is something of this name.
    public func makeDirectory(_ name: String, mode: UInt32 = 0o755) throws(PackageError) -> Directory {
        guard mkdirat(rawValue, name, mode) == 0 else {
            let code: PackageError.Code = errno == EEXIST ? .alreadyExists : .unwritable
            throw .system(errno, "cannot make the directory \(child(name))", otherwise: code)
        }
        let made = try directory(name)
        try made.descriptor.setPermissions(mode)
        return made
    }

    /// Makes a file in this directory, which must not be there, and opens it for reading and writing.
    ///
    /// - Parameter label: how messages name it; nil: by its path.
    public func makeFile(
        _ name: String, mode: UInt32 = 0o600, label: String? = nil
    ) throws(PackageError) -> FileDescriptor {
        let number = openat(rawValue, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else {
            let code: PackageError.Code = errno == EEXIST ? .alreadyExists : .unwritable
            throw .system(errno, "cannot make \(child(name))", otherwise: code)
        }
        let file = FileDescriptor(taking: number, name: label ?? child(name))
        try file.setPermissions(mode)
        return file
    }

    /// Opens a regular file in this directory for reading.
    public func file(_ name: String) throws(PackageError) -> FileDescriptor {
        let number = openat(rawValue, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard number >= 0 else { throw .system(errno, "cannot read \(child(name))", otherwise: .unreadable) }
        return try FileDescriptor(regular: number, name: child(name))
    }

    /// Opens a regular file below this directory for reading.
    public func file(_ path: PackagePath) throws(PackageError) -> FileDescriptor {
        try file(path.parts[...], in: self)
    }

    private func file(
        _ parts: ArraySlice<String>, in directory: borrowing Directory
    ) throws(PackageError) -> FileDescriptor {
        guard let first = parts.first, parts.count > 1 else { return try directory.file(parts.first ?? "") }
        return try file(parts.dropFirst(), in: directory.directory(first))
    }

    /// Moves something out of this directory to another on the same file system, in one step.
    public func move(_ name: String, to target: borrowing Directory, as newName: String) throws(PackageError) {
        guard renameat(rawValue, name, target.rawValue, newName) == 0 else {
            let code: PackageError.Code = errno == EEXIST || errno == ENOTEMPTY ? .alreadyExists : .unwritable
            throw .system(errno, "cannot move \(child(name)) to \(target.child(newName))", otherwise: code)
        }
    }

    /// Its path from the root, without links.
    public func absolutePath() throws(PackageError) -> String {
        guard let resolved = realpath("/proc/self/fd/\(rawValue)", nil) else {
            throw .system(errno, "cannot find out where \(path) is", otherwise: .unreadable)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Waits until names made here would survive a loss of power.
    public func synchronize() throws(PackageError) { try descriptor.synchronize() }
}
