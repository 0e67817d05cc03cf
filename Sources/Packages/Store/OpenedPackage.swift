internal import PackageFormat

/// A package of the store that was found whole and is locked against removal.
struct OpenedPackage: ~Copyable, Sendable {
    let digest: Digest
    let path: String
    let verification: Verification
    private let lease: Directory

    init(digest: Digest, path: String, verification: Verification, lease: consuming Directory) {
        self.digest = digest
        self.path = path
        self.verification = verification
        self.lease = lease
    }

    consuming func takeLease() -> Directory { lease }
}
