internal import CLibarchive
import Glibc

/// Makes a package's archive: the same files give the same bytes, whoever makes it and whenever.
public final class ArchiveWriter {
    private let handle: OpaquePointer
    private let name: String

    private init(_ file: borrowing FileDescriptor) throws(PackageError) {
        guard let handle = archive_write_new() else {
            throw PackageError(.unwritable, "no memory to write \(file.name)")
        }
        self.handle = handle
        name = file.name
        let statuses = [
            archive_write_set_format_pax_restricted(handle), archive_write_add_filter_gzip(handle),
            // No time of making in the compressed file.
            archive_write_set_filter_option(handle, "gzip", "timestamp", nil),
            archive_write_open_fd(handle, file.rawValue),
        ]
        guard statuses.allSatisfy({ $0 == ARCHIVE_OK }) else { throw failure("cannot write \(name)") }
    }

    deinit { archive_write_free(handle) }

    /// Writes all files below a directory as a `.tar.gz` with one directory at its top.
    ///
    /// - Parameters:
    ///   - directory: the package's root.
    ///   - top: the name of the directory in the archive.
    ///   - file: where the archive goes; it is at its beginning.
    public static func write(
        _ directory: borrowing Directory, top: PackageName, to file: borrowing FileDescriptor
    ) throws(PackageError) {
        let writer = try ArchiveWriter(file)
        let files = try directory.files()
        try writer.addDirectory(top.text)
        var directories: Set<PackagePath> = []
        for path in files {
            // L3AF makes no directories that the archive does not name.
            for parent in path.parents where directories.insert(parent).inserted {
                try writer.addDirectory(parent.inside(top).text)
            }
            let contents = try directory.file(path)
            try writer.addFile(path.inside(top).text, contents)
        }
        try writer.finish()
    }

    private func failure(_ what: String) -> PackageError {
        PackageError(
            .unwritable, "\(what): \(archive_error_string(handle).map { String(cString: $0) } ?? "libarchive failed")",
            cause: archive_errno(handle))
    }

    private func addHeader(_ path: String, type: mode_t, mode: mode_t, size: Int) throws(PackageError) {
        guard let entry = archive_entry_new() else { throw PackageError(.unwritable, "no memory to write \(name)") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, path)
        archive_entry_set_filetype(entry, UInt32(type))
        archive_entry_set_perm(entry, mode)
        archive_entry_set_size(entry, Int64(size))
        archive_entry_set_mtime(entry, 0, 0)
        archive_entry_set_uid(entry, 0)
        archive_entry_set_gid(entry, 0)
        guard archive_write_header(handle, entry) == ARCHIVE_OK else {
            throw failure("cannot write \(path) to \(name)")
        }
    }

    private func addDirectory(_ path: String) throws(PackageError) {
        try addHeader(path + "/", type: S_IFDIR, mode: 0o755, size: 0)
    }

    private func addFile(_ path: String, _ contents: borrowing FileDescriptor) throws(PackageError) {
        let size = try contents.size()
        try addHeader(path, type: S_IFREG, mode: try contents.isExecutable() ? 0o755 : 0o644, size: size)
        var rest = size
        while case let bytes = try contents.read(atMost: 1 << 16), !bytes.isEmpty {
            guard bytes.count <= rest,
                bytes.withUnsafeBytes({ archive_write_data(handle, $0.baseAddress, $0.count) })
                    == bytes.count
            else {
                throw bytes.count > rest
                    ? PackageError(.unreadable, "\(contents.name) changed while it was read")
                    : failure("cannot write \(path) to \(name)")
            }
            rest -= bytes.count
        }
        guard rest == 0 else { throw PackageError(.unreadable, "\(contents.name) changed while it was read") }
    }

    private func finish() throws(PackageError) {
        guard archive_write_close(handle) == ARCHIVE_OK else { throw failure("cannot write \(name)") }
    }
}
