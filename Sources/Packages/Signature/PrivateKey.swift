internal import Crypto
public import PackageFormat

/// A private key for Ed25519 (RFC 8032), which signs packages.
public struct PrivateKey: Sendable {
    private static let type = "periscope private key 1"

    private let key: Curve25519.Signing.PrivateKey

    /// A new one.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// Reads a key file, which nobody but its owner may be able to read.
    ///
    /// - Throws: ``PackageError`` with the codes `key`, `notFound`, `notPermitted`.
    public init(file path: String) throws(PackageError) {
        let file = try FileDescriptor(reading: path)
        let mode = try file.permissions()
        guard mode & 0o077 == 0 else {
            throw PackageError(
                .key,
                "\(path) can be read by others (mode \(String(mode, radix: 8))): make a new key, or, if nobody has read "
                    + "it, 'chmod 600 \(path)'")
        }
        var fields = try FieldFile(file.readAll(limit: 4096), name: path, type: Self.type, failure: .key)
        let identifier = try fields.take("id")
        let seed = try fields.decode(fields.take("key"), count: 32, "key")
        try fields.finish()
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw PackageError(.key, "\(path): the key cannot be used")
        }
        self.key = key
        guard publicKey.identifier.text == identifier else {
            throw PackageError(.key, "\(path): the key is \(publicKey.identifier), and the file says \(identifier)")
        }
    }

    public var publicKey: PublicKey { PublicKey(bytes: Array(key.publicKey.rawRepresentation)) }

    /// The key as a file. Whoever reads it can sign packages.
    var text: String {
        "type: \(Self.type)\nid: \(publicKey.identifier)\nkey: \(FieldFile.encode(Array(key.rawRepresentation)))\n"
    }

    /// - Throws: ``PackageError`` with the code `key`; the cryptography gives no reason.
    func sign(_ message: [UInt8]) throws(PackageError) -> [UInt8] {
        guard let signature = try? key.signature(for: message) else {
            throw PackageError(.key, "the key \(publicKey.identifier) cannot sign")
        }
        return Array(signature)
    }

    /// Writes the key pair: `NAME.key` for its owner only, and `NAME.pub`.
    ///
    /// - Throws: ``PackageError`` with the code `alreadyExists` when there is one of them: no key is ever overwritten.
    public func write(name: PackageName, to directory: borrowing Directory) throws(PackageError) {
        let secret = try directory.makeFile(name.text + ".key", mode: 0o600)
        do throws(PackageError) {
            try secret.write(Array(text.utf8))
            try secret.synchronize()
            let open = try directory.makeFile(name.text + ".pub", mode: 0o644)
            try open.write(Array(publicKey.text.utf8))
            try open.synchronize()
            try directory.synchronize()
        } catch {
            try? directory.remove(name.text + ".key")
            throw error
        }
    }
}
