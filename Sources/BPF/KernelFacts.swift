import Glibc

/// What there is to know about this kernel, and this process's rights, before anything is loaded.
public struct KernelFacts: Hashable, Sendable {
    public var release: KernelRelease
    /// Whether the kernel describes its types (/sys/kernel/btf/vmlinux).
    public var hasTypeInformation: Bool
    /// Whether programs become machine code; nil where the kernel does not say, as in a network namespace.
    public var compilesPrograms: Bool?
    /// nil when it may not be asked.
    public var hasTCX: Bool?
    public var capabilities: Capabilities
    /// kernel.unprivileged_bpf_disabled: 0 users may load programs; 1, 2 they may not. nil: the kernel has no such setting.
    public var unprivilegedBPFDisabled: Int?
    /// Whether the kernel counts the runs of programs (kernel.bpf_stats_enabled).
    public var countsRuns: Bool
    public var isBPFFileSystemMounted: Bool

    /// Asks all of it.
    public static func gather() throws(BPFError) -> KernelFacts {
        KernelFacts(
            release: .running,
            hasTypeInformation: access("/sys/kernel/btf/vmlinux", R_OK) == 0,
            compilesPrograms: setting("net/core/bpf_jit_enable").map { $0 != 0 },
            hasTCX: try? Features.hasTCX(),
            capabilities: try .effective(),
            unprivilegedBPFDisabled: setting("kernel/unprivileged_bpf_disabled"),
            countsRuns: setting("kernel/bpf_stats_enabled") == 1,
            isBPFFileSystemMounted: Pin.isMounted)
    }

    /// A number below /proc/sys; nil when it is not there or not readable.
    private static func setting(_ name: String) -> Int? {
        let fd = open("/proc/sys/" + name, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        let descriptor = FileDescriptor(taking: fd)
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor.rawValue, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes[..<count].prefix { $0 > 0x20 }, as: UTF8.self))
    }
}
