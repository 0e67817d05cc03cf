/// How much an archive may ask of those who unpack it.
public struct ArchiveLimits: Hashable, Sendable {
    /// Bytes of the archive itself.
    public var archiveBytes: Int
    /// Bytes of all files together, holes counted as bytes.
    public var totalBytes: Int
    /// Files and directories.
    public var entries: Int
    /// Bytes of files for each byte of the archive; the first mebibyte is free.
    public var ratio: Int
    /// How long unpacking may take.
    public var duration: Duration

    /// The usual limits are many times what packages of eBPF programs and their user programs need.
    public init(
        archiveBytes: Int = 64 << 20, totalBytes: Int = 256 << 20, entries: Int = 4096, ratio: Int = 200,
        duration: Duration = .seconds(60)
    ) {
        self.archiveBytes = archiveBytes
        self.totalBytes = totalBytes
        self.entries = entries
        self.ratio = ratio
        self.duration = duration
    }

    /// What the files of an archive of this size may have together, and which limit says so.
    func allowance(archiveBytes: Int) -> (bytes: Int, reason: String) {
        let (product, overflow) = archiveBytes.multipliedReportingOverflow(by: ratio)
        let byRatio = overflow ? Int.max : max(1 << 20, product)
        return byRatio < totalBytes
            ? (byRatio, "more than \(ratio) times the archive's \(archiveBytes) bytes")
            : (totalBytes, "more than \(totalBytes) bytes")
    }
}
