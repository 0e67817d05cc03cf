internal import PackageFormat

/// A package's archive, unpacked: which directory in it is the package.
struct UnpackedArchive {
    /// The top directory.
    let top: String
    /// Every file of the archive by its path, digest and size.
    let files: [PackagePath: PackagedFile]

    /// Looks at what was unpacked.
    ///
    /// - Parameters:
    ///   - tree: where.
    ///   - artifact: the archive's name, after which its one directory is called.
    /// - Throws: ``PackageError`` with the codes `archive` and `content`.
    init(_ tree: borrowing Directory, artifact: PackageName) throws(PackageError) {
        files = try tree.packagedFiles()
        let entries = try tree.entries()
        let expected = try ArchiveFormat.topDirectory(of: artifact).text
        if entries.contains(where: { $0.name == expected && $0.kind == .directory }) {
            top = expected
        } else if entries.count == 1, entries[0].kind == .directory {
            // Somebody renamed the archive.
            top = entries[0].name
        } else {
            throw PackageError(
                .archive,
                "\(artifact) has no directory \(expected) at its top, in which the package would be: there "
                    + (entries.isEmpty ? "is nothing" : "are \(entries.prefix(5).map(\.name).joined(separator: ", "))"))
        }
        let manifest = try PackagePath(top + "/" + Manifest.fileName)
        if files[manifest] != nil, let other = entries.first(where: { $0.name != top }) {
            throw PackageError(
                .content,
                "\(artifact) has \(other.name.quoted) beside the package \(top): a package has nothing besides")
        }
    }

    /// The files of the package, by their paths in it.
    var packageFiles: [PackagePath: PackagedFile] {
        files.reduce(into: [:]) { result, file in
            if let path = file.key.within(top) { result[path] = file.value }
        }
    }
}
