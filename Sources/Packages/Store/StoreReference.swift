internal import PackageFormat

/// Which archive a repository had under a name: written when it was downloaded.
struct StoreReference: Hashable, Sendable {
    private static let type = "periscope reference 1"

    var repository: RepositoryAddress
    var name: PackageName
    var version: PackageName
    var platform: PackageName
    var artifact: PackageName

    /// What it is written under: the digest of all that it says.
    ///
    /// - Parameter digest: nil: the reference to what the repository had last; else to this archive, which it had once.
    func fileName(for digest: Digest?) throws(PackageError) -> String {
        try Digest(of: Array((digest.map { text($0) } ?? heading).utf8)).description
    }

    private var heading: String {
        "type: \(Self.type)\nrepository: \(repository)\nname: \(name)\nversion: \(version)\nplatform: \(platform)\n"
            + "artifact: \(artifact)\n"
    }

    func text(_ digest: Digest) -> String { heading + "digest: \(digest)\n" }

    /// The digest in a reference's file, whatever else it says.
    static func digest(_ bytes: [UInt8], name: String) throws(PackageError) -> Digest {
        var fields = try FieldFile(bytes, name: name, type: Self.type, failure: .content)
        for key in ["repository", "name", "version", "platform", "artifact"] { _ = try fields.take(key) }
        guard let digest = Digest(String(try fields.take("digest"))) else {
            throw PackageError(.content, "\(name): the digest cannot be read")
        }
        try fields.finish()
        return digest
    }
}
