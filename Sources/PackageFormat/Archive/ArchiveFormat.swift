/// How the files of a package are put into one.
public enum ArchiveFormat: String, Hashable, Sendable, CaseIterable {
    /// tar(5), any of its kinds, compressed with gzip (RFC 1952).
    case tarGzip = ".tar.gz"
    /// ZIP (PKWARE's APPNOTE), ZIP64 too.
    case zip = ".zip"

    /// The format of an archive of this name, which is what L3AF goes by.
    ///
    /// - Throws: ``PackageError`` with the code `invalid` for any other ending.
    public init(of artifact: String) throws(PackageError) {
        guard let format = Self.allCases.first(where: { artifact.hasSuffix($0.rawValue) }) else {
            throw PackageError(
                .invalid, "\(artifact.quoted) is no archive of a package: its name ends in .tar.gz or .zip")
        }
        self = format
    }

    /// The directory that an archive of this name has at its top: the name up to the first dot.
    public static func topDirectory(of artifact: PackageName) throws(PackageError) -> PackageName {
        try PackageName(String(artifact.text.prefix { $0 != "." }), what: "directory in the archive")
    }
}
