/// How namespaces and folders of one lab are called: `ps-<id>-<host>`.
enum Naming {
    static let prefix = "ps"

    /// Whether a text can be an identifier or a host's name: neither can have the hyphen that divides them.
    static func isPart(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy(isLetterOrDigit)
    }

    /// Whether the kernel takes a text as an interface's name (dev_valid_name, net/core/dev.c), and `ip -batch` as a word.
    static func isInterface(_ text: String) -> Bool {
        (1...15).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "._-@".utf8.contains($0) }
    }

    static func namespace(of host: String, in id: String) -> NetworkNamespace {
        NetworkNamespace(name: "\(prefix)-\(id)-\(host)")
    }

    /// The identifier and the host in a namespace's name, if it is of ours.
    static func parts(of namespace: String) -> (id: String, host: String)? {
        let parts = namespace.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] == prefix, isPart(parts[1]), isPart(parts[2]) else { return nil }
        return (parts[1], parts[2])
    }

    /// An identifier that nobody else is likely to have: 8 hexadecimal digits.
    static func randomIdentifier() -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<8).map { _ in digits[Int.random(in: 0..<16)] })
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
