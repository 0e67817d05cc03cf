import Glibc
public import PackageFormat

extension PackageFile {
    /// Adds a signature to a package, after checking that it is as its manifest says. Signatures by other keys stay.
    ///
    /// - Parameter output: where the signed archive goes; nil: in place of this one.
    public func sign(with key: PrivateKey, output: PackageFile? = nil) throws(PackageError) -> Inspection {
        let target = output ?? self
        let top = try target.checkName()
        let workspace = try Workspace.make()
        let unpacked = try unpack(into: workspace)
        let package = try workspace.directory.directory("tree").directory(unpacked.top)
        let verification = try PackageVerifier(trust: TrustStore(), allowsUnsigned: true).verify(package)
        guard verification.manifest != nil else {
            throw PackageError(
                .signature,
                "\(path) has no \(Manifest.fileName), which is what is signed: make one and build the package")
        }
        try Self.sign(package, with: key)
        try target.write(package, top: top, replacing: true)
        return try target.inspect(trust: Self.trust(key))
    }

    static func sign(_ package: borrowing Directory, with key: PrivateKey) throws(PackageError) {
        let manifest = try package.file(Manifest.fileName).readAll(limit: Manifest.longest)
        var signatures = SignatureFile()
        do throws(PackageError) {
            let file = try package.file(Manifest.signatureFileName)
            signatures = try SignatureFile(file.readAll(limit: SignatureFile.longest), name: file.name)
        } catch {
            guard error.cause == ENOENT else { throw error }
        }
        signatures.add(try key.sign(manifest), by: key.publicKey.identifier)
        try package.remove(Manifest.signatureFileName)
        try package.makeFile(Manifest.signatureFileName, mode: 0o644).write(Array(signatures.text.utf8))
    }
}
