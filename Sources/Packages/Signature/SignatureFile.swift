internal import PackageFormat

/// The signatures of a manifest, one for each key.
///
///     type: periscope signature 1
///     signature: 0123456789abcdef BASE64
struct SignatureFile {
    private static let type = "periscope signature 1"
    /// The longest file that is read, in bytes.
    static let longest = 16 << 10

    private(set) var signatures: [(key: KeyIdentifier, bytes: [UInt8])] = []

    init() {}

    /// - Throws: ``PackageError`` with the code `signature`.
    init(_ bytes: [UInt8], name: String) throws(PackageError) {
        var fields = try FieldFile(bytes, name: name, type: Self.type, failure: .signature)
        repeat {
            let parts = try fields.take("signature").split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, let key = KeyIdentifier(parts[0]) else {
                throw PackageError(.signature, "\(name): a signature is a key's identifier and 64 bytes in base64")
            }
            guard !signatures.contains(where: { $0.key == key }) else {
                throw PackageError(.signature, "\(name): the key \(key) has two signatures")
            }
            signatures.append((key, try fields.decode(parts[1], count: 64, "signature")))
        } while !fields.isAtEnd
    }

    /// Adds a signature, in place of another one by the same key.
    mutating func add(_ signature: [UInt8], by key: KeyIdentifier) {
        signatures.removeAll { $0.key == key }
        signatures.append((key, signature))
        signatures.sort { $0.key < $1.key }
    }

    var text: String {
        "type: \(Self.type)\n" + signatures.map { "signature: \($0.key) \(FieldFile.encode($0.bytes))\n" }.joined()
    }
}
