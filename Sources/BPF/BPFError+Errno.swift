import Glibc

extension BPFError {
    /// The error of a system call that failed with `errno` while doing `what`.
    ///
    /// - Parameters:
    ///   - errno: as the call gave it; its sign does not matter.
    ///   - what: what failed and on what, as in "cannot create the map \"rules\"".
    static func system(_ errno: some BinaryInteger, _ what: String) -> BPFError {
        let number = Int32(truncatingIfNeeded: errno.magnitude)
        let (code, remedy) = meaning(of: number)
        return BPFError(code, "\(what): \(remedy ?? text(of: number))", cause: number)
    }

    /// The C library's words for an error number.
    static func text(of number: Int32) -> String {
        // The C library of every distribution supported (2.32 and newer) returns text of the thread's own.
        String(cString: strerror(number))
    }

    /// What an error number of bpf(2) means, and what to do where that is known.
    private static func meaning(of number: Int32) -> (Code, String?) {
        switch number {
        case EPERM where LockedMemory.isLimited:
            (
                .notPermitted,
                "not permitted: run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON and a higher limit of "
                    + "locked memory, which this kernel counts maps by (ulimit -l unlimited)"
            )
        case EPERM, EACCES:
            (.notPermitted, "not permitted: run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON")
        case ENOSYS, EOPNOTSUPP, 524:
            (.notSupported, "this kernel does not support it")
        case ENOENT, ENODEV, ENXIO, ESRCH: (.notFound, nil)
        case EEXIST: (.alreadyExists, nil)
        case EBUSY: (.busy, nil)
        case EINVAL, E2BIG, ERANGE: (.invalidArgument, nil)
        case ENOMEM: (.noMemory, nil)
        default: (.system, nil)
        }
    }
}
