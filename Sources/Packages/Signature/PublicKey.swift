internal import Crypto
public import PackageFormat

/// A public key for Ed25519 (RFC 8032), which says whether a signature is of the owner of its private key.
public struct PublicKey: Hashable, Sendable {
    private static let type = "periscope public key 1"

    /// 32 bytes.
    public let bytes: [UInt8]
    public let identifier: KeyIdentifier

    init(bytes: [UInt8]) {
        self.bytes = bytes
        identifier = KeyIdentifier(of: bytes)
    }

    /// Reads a key file.
    ///
    /// - Throws: ``PackageError`` with the code `key`.
    public init(file bytes: [UInt8], name: String) throws(PackageError) {
        var fields = try FieldFile(bytes, name: name, type: Self.type, failure: .key)
        let identifier = try fields.take("id")
        self.init(bytes: try fields.decode(fields.take("key"), count: 32, "key"))
        try fields.finish()
        guard self.identifier.text == identifier else {
            throw PackageError(.key, "\(name): the key is \(self.identifier), and the file says \(identifier)")
        }
    }

    /// The key as a file.
    public var text: String { "type: \(Self.type)\nid: \(identifier)\nkey: \(FieldFile.encode(bytes))\n" }

    /// Whether a signature is of these bytes and by this key's owner.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
