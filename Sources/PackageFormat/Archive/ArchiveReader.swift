internal import CLibarchive
import Glibc

/// An archive that is read entry by entry, with libarchive.
final class ArchiveReader {
    private let handle: OpaquePointer
    private let name: String

    /// - Parameter file: the archive, at its beginning; it has to stay open.
    init(_ file: borrowing FileDescriptor, format: ArchiveFormat) throws(PackageError) {
        guard let handle = archive_read_new() else { throw PackageError(.archive, "no memory to read \(file.name)") }
        self.handle = handle
        name = file.name
        // One format and one filter, and no guessing: libarchive knows many more than a package may be.
        let supported =
            switch format {
            case .tarGzip:
                [archive_read_support_filter_gzip(handle), archive_read_support_format_tar(handle)]
            // By the central directory, which is what other readers go by.
            case .zip: [archive_read_support_format_zip_seekable(handle)]
            }
        guard supported.allSatisfy({ $0 == ARCHIVE_OK }) else {
            throw PackageError(.archive, "this libarchive cannot read \(format.rawValue): \(reason)")
        }
        guard archive_read_open_fd(handle, file.rawValue, 1 << 16) == ARCHIVE_OK else {
            throw PackageError(.archive, "\(name) is no \(format.rawValue) archive: \(reason)")
        }
    }

    deinit { archive_read_free(handle) }

    /// libarchive's words for what failed last.
    private var reason: String {
        archive_error_string(handle).map { String(cString: $0) } ?? "damaged, or of another format"
    }

    /// The next entry; nil at the end.
    func next() throws(PackageError) -> ArchiveEntry? {
        var header: OpaquePointer?
        let status = archive_read_next_header(handle, &header)
        if status == ARCHIVE_EOF { return nil }
        // What libarchive only warns of, such as a name that it cannot read, is no good package either.
        guard status == ARCHIVE_OK, let header else {
            throw PackageError(.archive, "\(name) cannot be read: \(reason)")
        }
        return try ArchiveEntry(header, of: name)
    }

    /// More bytes of the entry's file; 0 at its end.
    func read(into buffer: UnsafeMutableRawBufferPointer, of path: PackagePath) throws(PackageError) -> Int {
        let count = archive_read_data(handle, buffer.baseAddress, buffer.count)
        guard count >= 0 else { throw PackageError(.archive, "\(name): \(path) cannot be read: \(reason)") }
        return count
    }
}
