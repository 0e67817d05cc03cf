import Glibc
internal import PackageFormat

/// A directory of the store in which one thread of one process makes something. While it lives, it is locked; what is
/// there without a lock was left by a process that ended before its time.
struct Incoming: ~Copyable, Sendable {
    let directory: Directory
    private let parent: Directory
    private let name: String

    private init(_ name: String, _ directory: consuming Directory, in parent: consuming Directory) {
        self.name = name
        self.directory = directory
        self.parent = parent
    }

    /// Makes a new one.
    ///
    /// - Parameter path: the directory of all of them.
    static func make(in path: String) throws(PackageError) -> Incoming {
        let parent = try Directory(inStore: path)
        var random = SystemRandomNumberGenerator()
        while true {
            let name = String(random.next(), radix: 36)
            let made: Directory
            do throws(PackageError) {
                made = try parent.makeDirectory(name, mode: 0o700)
            } catch {
                // There is one of this name, or somebody who cleaned up was between our making it and our opening it.
                if error.code == .alreadyExists || error.cause == ENOENT { continue }
                throw error
            }
            if flock(made.rawValue, LOCK_EX | LOCK_NB) == 0, try parent.has(name, thatIs: made) {
                return Incoming(name, made, in: parent)
            }
        }
    }

    deinit { try? parent.remove(name) }

    /// Removes those that nobody is in any more.
    static func clean(_ path: String) throws(PackageError) {
        let parent = try Directory(inStore: path)
        for entry in try parent.entries() {
            guard entry.kind == .directory else {
                try parent.remove(entry.name)
                continue
            }
            // One that has just gone is no trouble.
            guard let directory = try? parent.directory(entry.name) else { continue }
            if flock(directory.rawValue, LOCK_EX | LOCK_NB) == 0 { try? parent.remove(entry.name) }
        }
    }
}

extension Directory {
    /// Opens a directory that every store has.
    init(inStore path: String) throws(PackageError) {
        do throws(PackageError) {
            try self.init(path)
        } catch {
            guard error.code == .notFound else { throw error }
            // Not `notFound`, which is said of packages.
            throw PackageError(
                .unreadable, "\(error.message): the store was removed while it was used; start again",
                cause: error.cause)
        }
    }

    /// Whether a name in this directory is that of a directory that is open.
    func has(_ name: String, thatIs other: borrowing Directory) throws(PackageError) -> Bool {
        var here = stat()
        var there = stat()
        guard fstatat(rawValue, name, &here, AT_SYMLINK_NOFOLLOW) == 0, fstat(other.rawValue, &there) == 0 else {
            return false
        }
        return here.st_dev == there.st_dev && here.st_ino == there.st_ino
    }
}
