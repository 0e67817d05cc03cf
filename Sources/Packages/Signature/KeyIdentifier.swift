internal import Crypto
internal import PackageFormat

/// By what a key is named: the first eight bytes of the SHA-256 digest of the public key.
///
/// It is a name and no proof: who is trusted is decided by the key itself.
public struct KeyIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 16 hexadecimal digits in lower case.
    public let text: String

    init(of publicKey: some Sequence<UInt8>) {
        text = Array(SHA256.hash(data: Array(publicKey)).prefix(8)).hexadecimal
    }

    /// nil for anything but 16 hexadecimal digits in lower case.
    init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, text.allSatisfy({ "0123456789abcdef".contains($0) }) else { return nil }
        self.text = String(text)
    }

    public static func < (a: KeyIdentifier, b: KeyIdentifier) -> Bool { a.text < b.text }

    public var description: String { text }
}
