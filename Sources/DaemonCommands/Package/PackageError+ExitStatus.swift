package import Commands
package import PackageFormat

extension PackageError: ErrorWithStatus {
    package var exitStatus: ExitStatus {
        switch code {
        case .invalid, .manifest: .usage
        case .archive, .tooLarge, .content, .signature, .refused, .alreadyExists, .cancelled: .failed
        // A file of this host has the system's error number, what a repository lacks has none.
        case .notFound: cause == 0 ? .notFound : .noInput
        case .unavailable, .timedOut: .notFound
        case .key, .unreadable: .noInput
        case .unwritable: .cannotCreate
        case .notPermitted: .notPermitted
        }
    }
}
