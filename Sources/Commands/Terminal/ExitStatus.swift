/// The exit statuses of all commands (man page, section EXIT STATUS; numbers from sysexits.h where it has one).
package enum ExitStatus: Int32, CaseIterable {
    case success = 0
    /// The command ran, and what it was to find out or to do did not come out well.
    case failed = 1
    /// The command line, a filter, a target, a rule file or a manifest is wrong (EX_USAGE).
    case usage = 64
    /// A file that was named cannot be read (EX_NOINPUT).
    case noInput = 66
    /// An interface, a mirror, a lab, a port or a package that was named is not there or not to be had
    /// (EX_UNAVAILABLE).
    case notFound = 69
    /// Something unexpected inside Periscope or the kernel (EX_SOFTWARE).
    case kernel = 70
    /// A file that was named cannot be made (EX_CANTCREAT).
    case cannotCreate = 73
    /// Output cannot be written (EX_IOERR).
    case output = 74
    /// The interface went away while it was mirrored (EX_TEMPFAIL).
    case interfaceGone = 75
    /// The user may not do it (EX_NOPERM).
    case notPermitted = 77
    /// This kernel or machine lacks something (EX_CONFIG).
    case notSupported = 78
}
