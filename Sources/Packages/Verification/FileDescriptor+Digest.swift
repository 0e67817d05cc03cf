internal import Crypto
internal import PackageFormat

extension FileDescriptor {
    /// The SHA-256 digest of the file from its beginning, and its size.
    func digest() throws(PackageError) -> (digest: PackageFormat.Digest, size: Int) {
        try rewind()
        var hash = SHA256()
        var size = 0
        while case let bytes = try read(atMost: 1 << 18), !bytes.isEmpty {
            hash.update(data: bytes)
            size += bytes.count
        }
        return (try hash.finalize().asDigest(), size)
    }
}

extension SHA256.Digest {
    func asDigest() throws(PackageError) -> PackageFormat.Digest {
        guard let digest = PackageFormat.Digest(bytes: Array(self)) else {
            throw PackageError(.content, "a digest has not 32 bytes")
        }
        return digest
    }
}

extension PackageFormat.Digest {
    /// The digest of these bytes.
    init(of bytes: [UInt8]) throws(PackageError) { self = try SHA256.hash(data: bytes).asDigest() }
}
