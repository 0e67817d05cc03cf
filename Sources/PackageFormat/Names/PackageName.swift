/// The name of a package, a version or a platform: a part of a path in repositories, of pins and of log lines.
///
/// Letters, digits, `.`, `_`, `+` and `-`, at most 128, the first a letter or a digit: nothing that means something to a
/// path, a URL or a shell.
public struct PackageName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String

    /// - Parameters:
    ///   - text: as somebody wrote it.
    ///   - what: what it names, for the message: "package", "version", "platform", "artifact".
    /// - Throws: ``PackageError`` with the code `invalid`.
    public init(_ text: String, what: String = "package") throws(PackageError) {
        guard let first = text.utf8.first else {
            throw PackageError(.invalid, "the \(what)'s name is empty")
        }
        guard text.utf8.count <= Self.longest else {
            throw PackageError(
                .invalid, "the \(what)'s name has \(text.utf8.count) bytes: at most \(Self.longest) are allowed")
        }
        guard Self.isAlphanumeric(first), text.utf8.allSatisfy({ Self.isAlphanumeric($0) || Self.marks.contains($0) })
        else {
            throw PackageError(
                .invalid,
                "\(text.quoted) is no name of a \(what): use letters, digits and . _ + -, beginning with a letter or "
                    + "a digit")
        }
        self.text = text
    }

    /// The longest, in bytes.
    public static let longest = 128
    private static let marks = Array("._+-".utf8)

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    public static func < (a: PackageName, b: PackageName) -> Bool { a.text < b.text }

    public var description: String { text }
}
