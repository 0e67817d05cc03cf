internal import CLibbpf

/// The CPUs that the kernel keeps values for in maps per CPU: those that could ever be there, not only those at work.
public enum PossibleCPUs {
    /// How many there are (/sys/devices/system/cpu/possible).
    public static let count = max(1, Int(libbpf_num_possible_cpus()))
}
