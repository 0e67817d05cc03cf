internal import CLibarchive
import Glibc

/// The checksum and the length at the end of a gzip file (RFC 1952), which libarchive passes over: in a package that
/// nobody signed there is nothing else to see damage by.
enum GzipChecksum {
    /// Reads the file through, with zlib.
    ///
    /// - Parameters:
    ///   - file: it is left at its beginning.
    ///   - limit: the most bytes that it may decompress to.
    /// - Throws: ``PackageError`` with the codes `archive`, `tooLarge`, `timedOut`.
    static func check(
        _ file: borrowing FileDescriptor, limit: Int, deadline: ContinuousClock.Instant
    ) throws(PackageError) {
        try file.rewind()
        let descriptor = fcntl(file.rawValue, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw .system(errno, "cannot read \(file.name)", otherwise: .unreadable) }
        guard let stream = gzdopen(descriptor, "rb") else {
            _ = close(descriptor)
            throw PackageError(.archive, "no memory to read \(file.name)")
        }
        defer { gzclose(stream) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { buffer.deallocate() }
        var total = 0
        while true {
            let count = gzread(stream, buffer.baseAddress, UInt32(buffer.count))
            var status: Int32 = 0
            let reason = gzerror(stream, &status).map { String(cString: $0) } ?? ""
            guard count >= 0, status == Z_OK || status == Z_STREAM_END, gzdirect(stream) == 0 else {
                // zlib names the descriptor first.
                let why = status == Z_OK ? "not compressed by gzip" : reason.drop { $0 != " " }.dropFirst()
                throw PackageError(.archive, "\(file.name) is no whole .tar.gz archive: \(why)")
            }
            guard count > 0 else { break }
            total += Int(count)
            guard total <= limit else {
                throw PackageError(.tooLarge, "\(file.name) decompresses to more than \(limit) bytes")
            }
            guard ContinuousClock.now < deadline else {
                throw PackageError(.timedOut, "\(file.name) took too long to decompress")
            }
        }
        try file.rewind()
    }
}
