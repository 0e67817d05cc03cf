import Glibc

/// The private folders of networks, and the files in them.
///
/// They are in `/run`, where only root can make something: a name that can be foretold is no danger there, and what a
/// killed lab left is gone after a reboot, as its namespaces are.
enum LabFolder {
    private static let parent = "/run"
    private static let prefix = "periscope-lab-"

    static func path(of id: String) -> String { "\(parent)/\(prefix)\(id)" }

    /// The identifiers of the folders there are.
    static func identifiers() -> [String] {
        DirectoryListing.names(in: parent).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            .filter(Naming.isPart)
    }

    /// Makes a folder that others can pass through but not list.
    static func make(_ path: String) throws(LabError) {
        guard mkdir(path, 0o711) == 0 else {
            if errno == EEXIST {
                throw LabError(
                    code: .alreadyExists,
                    message: "\(path) exists: a lab of this name is up or was left over; take it down first",
                    cause: EEXIST)
            }
            throw LabError.system("cannot make the folder \(path)")
        }
        // mkdir's mode is subject to the umask.
        chmod(path, 0o711)
    }

    /// Makes a file, readable by all, or replaces its content.
    static func write(_ bytes: [UInt8], to path: String) throws(LabError) {
        try store(bytes, flags: O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, path)
        chmod(path, 0o644)
    }

    /// Replaces the content of a file that exists: a kernel setting.
    static func overwrite(_ path: String, with bytes: [UInt8]) throws(LabError) {
        try store(bytes, flags: O_WRONLY | O_CLOEXEC, path)
    }

    /// Removes a folder and all in it; no error if there is none. Symbolic links are removed, not followed.
    static func remove(_ path: String) throws(LabError) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return }
        if information.st_mode & S_IFMT == S_IFDIR {
            for name in DirectoryListing.names(in: path) { try remove("\(path)/\(name)") }
            guard rmdir(path) == 0 || errno == ENOENT else { throw LabError.system("cannot remove \(path)") }
        } else {
            guard unlink(path) == 0 || errno == ENOENT else { throw LabError.system("cannot remove \(path)") }
        }
    }

    private static func store(_ bytes: [UInt8], flags: Int32, _ path: String) throws(LabError) {
        let file = try Descriptor(taking: open(path, flags, 0o644), "cannot write \(path)")
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LabError.system("cannot write \(path)") }
            written += count
        }
    }
}
