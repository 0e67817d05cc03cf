internal import ArgumentParser
internal import PackageFormat
internal import Packages

/// Whose signatures count.
struct PackageTrustOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Trust the public keys (*.pub) in this directory.", valueName: "directory"))
    var trust: String?

    @Option(help: ArgumentHelp("Trust this public key; may be given several times.", valueName: "file"))
    var key: [String] = []

    @Flag(help: "Accept a package that no key trusted here signed.")
    var allowUnsigned = false

    func validate() throws {
        guard trust != nil || !key.isEmpty || allowUnsigned else {
            throw ValidationError("say whose signatures count: --trust DIRECTORY or --key FILE (or --allow-unsigned)")
        }
    }

    /// Those who are trusted.
    func store() throws -> TrustStore {
        var signers =
            try trust.map { directory throws(PackageError) in try TrustStore(directory: directory).signers } ?? []
        for path in key {
            let bytes = try FileDescriptor(reading: path).readAll(limit: 4096)
            let key = try PublicKey(file: bytes, name: path)
            guard !signers.contains(where: { $0.key == key }) else { continue }
            let file = path.split(separator: "/").last ?? ""
            signers.append(.init(name: String(file.hasSuffix(".pub") ? file.dropLast(4) : file), key: key))
        }
        return TrustStore(signers: signers)
    }
}
