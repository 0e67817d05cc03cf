internal import CLinux

/// Capabilities of a thread that matter to Periscope (capabilities(7)).
public struct Capabilities: OptionSet, Hashable, Sendable {
    /// A bit for each capability, by its number.
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// CAP_NET_ADMIN.
    public static let netAdmin = Capabilities(rawValue: 1 << 12)
    /// CAP_SYS_ADMIN.
    public static let sysAdmin = Capabilities(rawValue: 1 << 21)
    /// CAP_SYS_RESOURCE.
    public static let sysResource = Capabilities(rawValue: 1 << 24)
    /// CAP_PERFMON (Linux 5.8).
    public static let perfmon = Capabilities(rawValue: 1 << 38)
    /// CAP_BPF (Linux 5.8).
    public static let bpf = Capabilities(rawValue: 1 << 39)

    /// The effective capabilities of the calling thread.
    public static func effective() throws(BPFError) -> Capabilities {
        var bits: UInt64 = 0
        let status = linux_effective_capabilities(&bits)
        guard status == 0 else { throw .system(status, "cannot ask for this process's capabilities") }
        return Capabilities(rawValue: bits)
    }
}
