public import PackageFormat

/// Gets files over HTTP and HTTPS. The module PackageFetching has the one there is; this one needs no network.
public protocol HTTPTransfer: Sendable {
    /// Gets one file.
    ///
    /// - Parameters:
    ///   - url: of the file.
    ///   - repository: whose certificate authorities count.
    ///   - download: takes the bytes as they come.
    /// - Throws: ``PackageError`` with the codes `notFound` (the server says that there is none), `unavailable`,
    ///   `timedOut`, `tooLarge`, `unwritable`, `cancelled`.
    func get(
        _ url: String, from repository: Repository, limits: DownloadLimits, into download: Download
    ) async throws(PackageError)
}
