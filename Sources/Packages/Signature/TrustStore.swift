public import PackageFormat

/// The public keys whose owners' packages are trusted, each with a name.
public struct TrustStore: Sendable {
    /// Somebody who is trusted.
    public struct Signer: Hashable, Sendable, Comparable {
        /// The name of the key's file without `.pub`.
        public let name: String
        public let key: PublicKey

        public init(name: String, key: PublicKey) {
            self.name = name
            self.key = key
        }

        public static func < (a: Signer, b: Signer) -> Bool {
            (a.name, a.key.identifier) < (b.name, b.key.identifier)
        }
    }

    public let signers: [Signer]

    /// - Parameter signers: none: nobody is trusted.
    public init(signers: [Signer] = []) { self.signers = signers.sorted() }

    /// Reads the keys of a directory: the files whose names end in `.pub`.
    ///
    /// - Throws: ``PackageError`` with the code `key` when one of them is wrong, two have the same key, or others than
    ///   the owner may write there; `notFound` when there is no such directory.
    public init(directory path: String) throws(PackageError) {
        let directory = try Directory(path)
        guard try directory.permissions() & 0o022 == 0 else {
            throw PackageError(.key, "others may write to \(path), and decide who is trusted: 'chmod go-w \(path)'")
        }
        var signers: [Signer] = []
        for entry in try directory.entries() where entry.name.hasSuffix(".pub") {
            let file = try directory.file(entry.name)
            guard try file.permissions() & 0o022 == 0 else {
                throw PackageError(.key, "others may write \(file.name): 'chmod go-w \(file.name)'")
            }
            let key = try PublicKey(file: file.readAll(limit: 4096), name: file.name)
            if let other = signers.first(where: { $0.key == key }) {
                throw PackageError(.key, "\(file.name) has the key of \(path)/\(other.name).pub: remove one of them")
            }
            signers.append(Signer(name: String(entry.name.dropLast(4)), key: key))
        }
        self.init(signers: signers)
    }

    func signers(with identifier: KeyIdentifier) -> [Signer] { signers.filter { $0.key.identifier == identifier } }
}
