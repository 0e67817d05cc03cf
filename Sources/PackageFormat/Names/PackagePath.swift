/// The path of a file or a directory in a package, relative to its root.
///
/// Visible ASCII and blanks, without `\`; each part has 1 to 200 bytes and is neither `.` nor `..`; at most 16 parts and
/// 512 bytes. There is no way to write a path that leads out of the package.
public struct PackagePath: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String

    /// - Parameter text: the path as the archive or the manifest has it. A slash at the end, which archives have after
    ///   directories, and `./` at the beginning are left out.
    /// - Throws: ``PackageError`` with the code `invalid`.
    public init(_ text: String) throws(PackageError) {
        func refuse(_ why: String) -> PackageError {
            PackageError(.invalid, "the path \(text.quoted) \(why)")
        }
        var rest = text[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.isEmpty else { throw refuse("is empty") }
        guard !text.hasPrefix("/") else { throw refuse("is absolute: paths in a package are relative to its root") }
        guard rest.utf8.count <= Self.longest else { throw refuse("is longer than \(Self.longest) bytes") }
        guard rest.utf8.allSatisfy({ (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw refuse("has characters that are not allowed: use visible ASCII without \\")
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= Self.deepest else { throw refuse("is deeper than \(Self.deepest) directories") }
        for part in parts {
            guard part != "..", part != "." else { throw refuse("has the part \"\(part)\", which leads elsewhere") }
            guard !part.isEmpty else { throw refuse("has an empty part") }
            guard part.utf8.count <= Self.longestPart else {
                throw refuse("has a part of \(part.utf8.count) bytes: at most \(Self.longestPart) are allowed")
            }
        }
        self.text = String(rest)
    }

    /// For parts of a path that is one.
    private init(checked text: String) { self.text = text }

    /// The longest path, in bytes.
    public static let longest = 512
    /// The longest part, in bytes.
    public static let longestPart = 200
    /// The most parts.
    public static let deepest = 16

    public var parts: [String] { text.split(separator: "/").map(String.init) }

    /// The directories above, from the outermost.
    var parents: [PackagePath] {
        let parts = self.parts
        return (1..<max(1, parts.count)).map { PackagePath(checked: parts.prefix($0).joined(separator: "/")) }
    }

    /// What it is below a directory that is its first part; nil where it is not in there.
    public func within(_ directory: String) -> PackagePath? {
        guard text.hasPrefix(directory + "/") else { return nil }
        return PackagePath(checked: String(text.dropFirst(directory.utf8.count + 1)))
    }

    /// The path in a directory of this name.
    func inside(_ directory: PackageName) -> PackagePath { PackagePath(checked: directory.text + "/" + text) }

    public static func < (a: PackagePath, b: PackagePath) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }

    public var description: String { text }
}
