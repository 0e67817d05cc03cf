internal import CLinux

/// The limit of locked memory, which kernels before 5.11 charge maps and programs to.
enum LockedMemory {
    /// Lifts the limit of this process, once, where the kernel still counts by it.
    ///
    /// Where raising it is not permitted nothing happens here: a map that does not fit then says so itself.
    static func allow() {
        _ = lifted
    }

    private static let lifted: Bool = {
        guard KernelRelease.running < KernelRelease(5, 11) else { return false }
        return linux_lift_memlock() == 0
    }()
}
