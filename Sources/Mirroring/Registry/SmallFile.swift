import Glibc

/// Files of a few kilobytes, read and written whole.
enum SmallFile {
    /// Records have one entry for each rule; nothing else is near as large.
    private static let mostBytes = 256 << 20

    /// nil when it cannot be read, or is no such file: root also reads what other users put in their folders, and is
    /// not to wait for their pipes or follow their links.
    static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard bytes.count <= mostBytes else { return nil }
            guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes += buffer[..<count]
        }
    }

    /// Puts a file in place whole: a reader sees the old one or the new one.
    static func replace(_ path: String, with bytes: [UInt8]) throws(MirrorError) {
        let temporary = "\(path).\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure(path) }
        let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
        guard written == bytes.count, rename(temporary, path) == 0 else {
            let error = failure(path)
            unlink(temporary)
            throw error
        }
    }

    private static func failure(_ path: String) -> MirrorError {
        MirrorError(
            errno == EACCES ? .notPermitted : .kernel, "cannot write \(path)", cause: String(cString: strerror(errno)))
    }
}
