import Glibc

extension NetlinkError {
    /// The error of a call or request that failed with `errno` while doing `what`.
    ///
    /// - Parameters:
    ///   - errno: as it was given; its sign does not matter.
    ///   - what: what failed and on what, as in "cannot create the interface psc0"; nil where the
    ///     caller adds it.
    ///   - kernel: the kernel's own words (extended acknowledgement), if any.
    static func system(_ errno: Int32, _ what: String? = nil, kernel: String? = nil) -> NetlinkError {
        let number = Int32(truncatingIfNeeded: errno.magnitude)
        let (code, remedy) = meaning(of: number)
        // The C library of every distribution supported (2.32 and newer) returns text of the thread's own.
        var text = remedy ?? String(cString: strerror(number))
        if let kernel { text += " (the kernel says: \(kernel))" }
        return NetlinkError(code, (what.map { $0 + ": " } ?? "") + text, cause: number)
    }

    private static func meaning(of number: Int32) -> (Code, String?) {
        switch number {
        case EPERM, EACCES: (.notPermitted, "not permitted: run as root, or with the capability CAP_NET_ADMIN")
        case EOPNOTSUPP, EAFNOSUPPORT, EPROTONOSUPPORT:
            (.notSupported, "this kernel does not support it, or its module is not loaded")
        case ENODEV, ENOENT, ENXIO, ESRCH, EADDRNOTAVAIL: (.notFound, nil)
        case EEXIST: (.alreadyExists, nil)
        case EBUSY: (.busy, nil)
        case EINVAL, ERANGE, E2BIG: (.invalidArgument, nil)
        case ENETUNREACH, EHOSTUNREACH: (.unreachable, nil)
        case ENOBUFS: (.overrun, nil)
        default: (.system, nil)
        }
    }

    /// What the kernel sent is shorter than, or otherwise not, what it should be.
    static func malformed(_ what: String) -> NetlinkError {
        NetlinkError(.malformed, "the kernel's answer is malformed: \(what)")
    }
}
