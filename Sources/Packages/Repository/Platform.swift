import FoundationEssentials
public import PackageFormat

/// The directories of a repository between a version and its artifact.
public enum Platform {
    /// The one for packages that run anywhere, as those with CO-RE programs do. It is looked into last.
    public static let any = "any"

    /// This host's: the code name of its distribution's release, as `lsb_release -cs` prints it, such as `bookworm`.
    ///
    /// - Parameter file: os-release(5).
    /// - Throws: ``PackageError`` with the code `notFound` where the file has no code name.
    public static func ofThisHost(_ file: String = "/etc/os-release") throws(PackageError) -> PackageName {
        let bytes = try FileDescriptor(reading: file).readAll(limit: 1 << 16)
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            guard let value = line.wholeMatchValue(of: "VERSION_CODENAME") else { continue }
            return try PackageName(value, what: "platform")
        }
        throw PackageError(.notFound, "\(file) has no VERSION_CODENAME: say which platform packages are for")
    }
}

extension Substring {
    /// What a shell would assign to a variable in this line; nil where it assigns to another.
    fileprivate func wholeMatchValue(of variable: String) -> String? {
        guard hasPrefix(variable + "=") else { return nil }
        let value = dropFirst(variable.utf8.count + 1)
        for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
            return String(value.dropFirst().dropLast())
        }
        return String(value)
    }
}
