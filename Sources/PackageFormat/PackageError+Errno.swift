import Glibc

extension PackageError {
    /// The error of a system call that failed while doing `what`, as in "cannot read /srv/x".
    ///
    /// - Parameter code: the kind where the number alone does not say it.
    public static func system(_ errno: Int32, _ what: String, otherwise code: Code) -> PackageError {
        let text = String(cString: strerror(errno))
        return switch errno {
        case EACCES, EPERM: PackageError(.notPermitted, "\(what): \(text); run as its owner or as root", cause: errno)
        case ENOENT: PackageError(code == .unreadable ? .notFound : code, "\(what): \(text)", cause: errno)
        case ELOOP: PackageError(code, "\(what): it is a symbolic link, which is not followed here", cause: errno)
        case ENOSPC, EDQUOT: PackageError(.unwritable, "\(what): \(text); make room and try again", cause: errno)
        default: PackageError(code, "\(what): \(text)", cause: errno)
        }
    }
}
