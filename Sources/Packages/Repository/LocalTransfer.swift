import Glibc
internal import PackageFormat

/// Gets files of `file://` repositories.
enum LocalTransfer {
    static func get(_ path: String, limits: DownloadLimits, into download: Download) throws(PackageError) {
        let file: FileDescriptor
        do throws(PackageError) {
            file = try FileDescriptor(reading: path)
        } catch  where error.cause == ENOTDIR {
            // A file where the directory of a version would be.
            throw PackageError(.notFound, error.message, cause: error.cause)
        }
        try download.announce(file.size())
        let deadline = ContinuousClock.now + limits.total
        while case let bytes = try file.read(atMost: 1 << 18), !bytes.isEmpty {
            try download.append(bytes)
            guard ContinuousClock.now < deadline else {
                throw PackageError(.timedOut, "\(path) took longer than \(limits.total) to read")
            }
        }
    }
}
