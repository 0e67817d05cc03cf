public import PackageFormat

/// Checks an unpacked package: whether it is as its manifest says, and who vouches for that.
public struct PackageVerifier: Sendable {
    private let trust: TrustStore
    private let allowsUnsigned: Bool

    /// - Parameters:
    ///   - trust: whose signatures count.
    ///   - allowsUnsigned: whether a package without such a signature is accepted.
    public init(trust: TrustStore, allowsUnsigned: Bool) {
        self.trust = trust
        self.allowsUnsigned = allowsUnsigned
    }

    /// Verifies the package in a directory.
    ///
    /// - Throws: ``PackageError`` with the codes `signature`, `manifest` and `content`. A wrong signature by somebody
    ///   trusted, and a file that is not as the manifest says, are refused also where unsigned packages are allowed.
    public func verify(_ directory: borrowing Directory) throws(PackageError) -> Verification {
        try verify(directory, files: directory.packagedFiles(), called: directory.path)
    }

    /// - Parameters:
    ///   - files: what is there, manifest and signatures included.
    ///   - label: how messages name the package.
    func verify(
        _ directory: borrowing Directory, files all: [PackagePath: PackagedFile], called label: String
    ) throws(PackageError) -> Verification {
        let manifestPath = try PackagePath(Manifest.fileName)
        let signaturePath = try PackagePath(Manifest.signatureFileName)
        var files = all
        let listed = files.removeValue(forKey: manifestPath)
        let hasSignatures = files.removeValue(forKey: signaturePath) != nil
        guard let listed else {
            guard !hasSignatures else {
                throw PackageError(
                    .signature, "\(label) has \(Manifest.signatureFileName) but no \(Manifest.fileName)")
            }
            return try unsigned("it has no \(Manifest.fileName)", Verification(signers: [], files: files), label)
        }
        let name = label + "/" + Manifest.fileName
        let bytes = try directory.file(manifestPath).readAll(limit: Manifest.longest)
        let digest = try Digest(of: bytes)
        guard digest == listed.digest else { throw PackageError(.content, "\(name) changed while it was read") }
        // Before anything in it is read.
        let (signers, reason) = try signers(of: bytes, in: directory, hasSignatures: hasSignatures, label)
        if let reason, !allowsUnsigned { throw refusal(reason, label) }
        let manifest = try Manifest(reading: bytes, file: name)
        try compare(files, with: manifest, in: label)
        return Verification(
            signers: signers, unsignedReason: reason, manifestDigest: digest, manifest: manifest, files: files)
    }

    private func refusal(_ reason: String, _ label: String) -> PackageError {
        PackageError(
            .signature,
            "the package \(label) is unsigned: \(reason). Have it signed ('periscope package sign') by a key "
                + "that is trusted here, or allow unsigned packages of this repository")
    }

    private func unsigned(
        _ reason: String, _ verification: Verification, _ label: String
    ) throws(PackageError) -> Verification {
        guard allowsUnsigned else { throw refusal(reason, label) }
        var verification = verification
        verification.unsignedReason = reason
        return verification
    }

    /// Who signed these bytes and is trusted; where nobody did, why.
    private func signers(
        of bytes: [UInt8], in directory: borrowing Directory, hasSignatures: Bool, _ label: String
    ) throws(PackageError) -> ([TrustStore.Signer], String?) {
        guard hasSignatures else { return ([], "it has no \(Manifest.signatureFileName)") }
        let file = try directory.file(Manifest.signatureFileName)
        let signatures = try SignatureFile(
            file.readAll(limit: SignatureFile.longest), name: label + "/" + Manifest.signatureFileName
        ).signatures
        var signers: [TrustStore.Signer] = []
        for signature in signatures {
            for signer in trust.signers(with: signature.key) {
                guard signer.key.verifies(signature.bytes, of: bytes) else {
                    throw PackageError(
                        .signature,
                        "\(label): the signature by \(signer.name) (\(signature.key)) is not of this \(Manifest.fileName): somebody "
                            + "changed it, or the signature, after signing")
                }
                signers.append(signer)
            }
        }
        guard signers.isEmpty else { return (signers.sorted(), nil) }
        let keys = signatures.map(\.key.text).joined(separator: ", ")
        return ([], "no key that is trusted here signed it, but \(keys) did")
    }

    private func compare(
        _ files: [PackagePath: PackagedFile], with manifest: Manifest, in directory: String
    ) throws(PackageError) {
        for (path, expected) in manifest.files.sorted(by: { $0.key < $1.key }) {
            func refuse(_ why: String) -> PackageError {
                PackageError(.content, "\(directory)/\(path) \(why) its manifest: get the package anew")
            }
            guard let file = files[path] else { throw refuse("is not there, and is in") }
            guard file.size == expected.size else {
                throw refuse("has \(file.size) bytes, and \(expected.size) in")
            }
            guard file.digest == expected.digest else {
                throw refuse("has the digest \(file.digest), and another one in")
            }
            guard file.isExecutable == expected.isExecutable else {
                throw refuse(file.isExecutable ? "is executable, and not in" : "is not executable, and is in")
            }
        }
        if let extra = files.keys.filter({ manifest.files[$0] == nil }).min() {
            throw PackageError(
                .content, "\(directory)/\(extra) is not in the manifest: a package has nothing besides what that lists")
        }
    }
}
