internal import CLinux

/// The limit of locked memory, which kernels before 5.11 charge maps and programs to.
enum LockedMemory {
    /// Lifts the limit of this process, once, where the kernel still counts by it.
    ///
    /// Where raising it is not permitted nothing happens here: a map that does not fit then says so itself.
    static func allow() {
        _ = lifted
    }

    /// Whether maps may be refused for want of it: the kernel counts, and the limit could not be raised.
    static var isLimited: Bool { counts && !lifted }

    private static let counts = KernelRelease.running < KernelRelease(5, 11)
    private static let lifted = counts && linux_lift_memlock() == 0
}
