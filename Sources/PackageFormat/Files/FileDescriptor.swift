import Glibc

/// An open file and its only owner: it closes with the value.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number, to lend to system calls while this value lives.
    public let rawValue: Int32
    /// How messages name the file.
    public let name: String

    /// Takes over a descriptor that nobody else closes.
    public init(taking rawValue: Int32, name: String) {
        self.rawValue = rawValue
        self.name = name
    }

    /// Opens a file for reading, which has to be a regular one.
    ///
    /// - Throws: ``PackageError`` with the codes `notFound`, `notPermitted` or `unreadable`.
    public init(reading path: String) throws(PackageError) {
        // Without O_NONBLOCK a FIFO would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(errno, "cannot read \(path)", otherwise: .unreadable) }
        try self.init(regular: descriptor, name: path)
    }

    init(regular descriptor: Int32, name: String) throws(PackageError) {
        self.init(taking: descriptor, name: name)
        let status = try self.status()
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw PackageError(.unreadable, "\(name) is no regular file")
        }
    }

    deinit { _ = close(rawValue) }

    /// fstat(2).
    func status() throws(PackageError) -> stat {
        var status = stat()
        guard fstat(rawValue, &status) == 0 else {
            throw .system(errno, "cannot read \(name)", otherwise: .unreadable)
        }
        return status
    }

    /// Bytes of the file.
    public func size() throws(PackageError) -> Int { Int(try status().st_size) }

    /// Whether somebody may execute it.
    public func isExecutable() throws(PackageError) -> Bool { try status().st_mode & 0o111 != 0 }

    /// Permission bits.
    public func permissions() throws(PackageError) -> UInt32 { try status().st_mode & 0o7777 }

    /// Reads bytes at the file's position; an empty answer is the end.
    ///
    /// - Parameter count: the most bytes wanted.
    public func read(atMost count: Int) throws(PackageError) -> [UInt8] {
        var result = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            repeat { result = Glibc.read(rawValue, buffer.baseAddress, count) } while result < 0 && errno == EINTR
            filled = max(0, result)
        }
        guard result >= 0 else { throw .system(errno, "cannot read \(name)", otherwise: .unreadable) }
        return bytes
    }

    /// Reads all that is left.
    ///
    /// - Parameter limit: the most bytes that are accepted.
    /// - Throws: ``PackageError`` with the code `tooLarge` when there is more.
    public func readAll(limit: Int) throws(PackageError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = try read(atMost: min(limit - bytes.count + 1, 1 << 20))
            guard !more.isEmpty else { return bytes }
            bytes += more
            guard bytes.count <= limit else {
                throw PackageError(.tooLarge, "\(name) has more than \(limit) bytes")
            }
        }
    }

    /// Writes all bytes at the file's position.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(PackageError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(rawValue, rest.baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .system(errno, "cannot write \(name)", otherwise: .unwritable) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }

    /// Writes all bytes at the file's position.
    public func write(_ bytes: [UInt8]) throws(PackageError) {
        let failure: PackageError? = bytes.withUnsafeBytes { buffer in
            do throws(PackageError) {
                try write(buffer)
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }

    /// Sets the permission bits, whatever the process's mask is.
    func setPermissions(_ mode: UInt32) throws(PackageError) {
        guard fchmod(rawValue, mode) == 0 else {
            throw .system(errno, "cannot set the permissions of \(name)", otherwise: .unwritable)
        }
    }

    /// Waits until what was written would survive a loss of power.
    public func synchronize() throws(PackageError) {
        guard fsync(rawValue) == 0 else { throw .system(errno, "cannot write \(name)", otherwise: .unwritable) }
    }

    /// Goes to the beginning of the file.
    public func rewind() throws(PackageError) {
        guard lseek(rawValue, 0, SEEK_SET) == 0 else {
            throw .system(errno, "cannot read \(name)", otherwise: .unreadable)
        }
    }
}
