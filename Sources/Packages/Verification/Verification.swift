public import PackageFormat

/// What was found out about a package: to decide by, to log, and for the audit trail.
public struct Verification: Hashable, Sendable {
    /// Those who signed it and are trusted; empty for an unsigned package.
    public var signers: [TrustStore.Signer]
    /// Why the package counts as unsigned; nil for a signed one.
    public var unsignedReason: String?
    /// The digest of the manifest's bytes, which is what was signed; nil for a package without one.
    public var manifestDigest: Digest?
    /// nil for a foreign package, such as L3AF's.
    public var manifest: Manifest?
    /// All files, without manifest and signatures, as they are.
    public var files: [PackagePath: PackagedFile]

    public var isSigned: Bool { !signers.isEmpty }
}
