internal import Commands
internal import PackageFormat
internal import Packages

/// A package's archive as `build`, `sign`, `verify` and `show` tell of it.
struct PackageFileReport: Encodable {
    var file: String
    /// Of the archive.
    var digest: String
    var bytes: Int
    /// The keys that signed, trusted or not.
    var keys: [String]
    var package: PackageReport

    init(_ path: String, _ inspection: PackageFile.Inspection) {
        file = path
        digest = inspection.digest.description
        bytes = inspection.size
        keys = inspection.keys.map(\.text)
        package = PackageReport(inspection.verification)
    }

    /// One line for people.
    var summary: String {
        let count = package.files.count
        return "\(file): \(package.title), \(count) file\(count == 1 ? "" : "s"), \(package.signature)".printable
    }
}
