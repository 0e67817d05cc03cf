internal import CLibarchive
import Glibc

/// A file or a directory of an archive.
struct ArchiveEntry {
    enum Kind { case file, directory }

    /// nil for the directory that the archive was made of, `./`.
    let path: PackagePath?
    let kind: Kind
    let isExecutable: Bool
    /// As the archive says before the bytes come; nil where it does not.
    let size: Int?

    /// - Throws: ``PackageError`` with the code `archive` for what no package may have.
    init(_ header: OpaquePointer, of archive: String) throws(PackageError) {
        guard let bytes = archive_entry_pathname(header) else {
            throw PackageError(.archive, "\(archive) has an entry without a name that can be read")
        }
        let text = String(cString: bytes)
        func refuse(_ what: String) -> PackageError {
            PackageError(.archive, "\(archive): \(text.quoted) \(what): packages have files and directories only")
        }
        if archive_entry_symlink(header) != nil { throw refuse("is a symbolic link") }
        if archive_entry_hardlink(header) != nil { throw refuse("is a hard link") }
        switch archive_entry_filetype(header) {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .directory
        case S_IFLNK: throw refuse("is a symbolic link")
        case S_IFCHR, S_IFBLK: throw refuse("is a device")
        case S_IFSOCK: throw refuse("is a socket")
        case S_IFIFO: throw refuse("is a named pipe")
        default: throw refuse("is of an unknown kind")
        }
        if archive_entry_is_encrypted(header) != 0 {
            throw PackageError(.archive, "\(archive): \(text.quoted) is encrypted")
        }
        let mode = archive_entry_perm(header)
        // What a directory's bits say is not looked at: all of a package's directories get the same.
        if kind == .file, mode & 0o7000 != 0 {
            throw PackageError(
                .archive,
                "\(archive): \(text.quoted) has the mode \(String(mode, radix: 8)): set-user-ID, set-group-ID and sticky "
                    + "bits are not allowed")
        }
        isExecutable = mode & 0o111 != 0
        size = archive_entry_size_is_set(header) != 0 ? Int(exactly: archive_entry_size(header)) : nil
        if kind == .directory, text == "." || text == "./" {
            path = nil
        } else {
            do throws(PackageError) {
                path = try PackagePath(text)
            } catch { throw PackageError(.archive, "\(archive): \(error.message)") }
        }
    }
}
