import Glibc
internal import PackageFormat

/// A file that appears under its name when it is complete, in one step, or never.
struct NewFile: ~Copyable {
    let file: FileDescriptor
    private let directory: Directory
    private let name: String
    private let temporaryName: String

    private init(
        _ file: consuming FileDescriptor, _ directory: consuming Directory, _ name: String, _ temporaryName: String
    ) {
        self.file = file
        self.directory = directory
        self.name = name
        self.temporaryName = temporaryName
    }

    /// - Parameter directory: where; it is made where it is missing.
    static func make(_ name: String, in path: String) throws(PackageError) -> NewFile {
        let directory = try Directory(making: path)
        var random = SystemRandomNumberGenerator()
        let temporaryName = ".\(name).\(String(random.next(), radix: 36))"
        let file = try directory.makeFile(temporaryName, mode: 0o644)
        return NewFile(file, directory, name, temporaryName)
    }

    /// Gives the file its name.
    ///
    /// - Parameter replacing: whether another file may be replaced.
    /// - Throws: ``PackageError`` with the code `alreadyExists`, or `unwritable`.
    consuming func finish(replacing: Bool) throws(PackageError) {
        try file.synchronize()
        let path = directory.path + "/" + name
        // link(2) gives a name only where there is none; the temporary one is removed by deinit.
        let status =
            replacing
            ? renameat(directory.rawValue, temporaryName, directory.rawValue, name)
            : linkat(directory.rawValue, temporaryName, directory.rawValue, name, 0)
        guard status == 0 else {
            if errno == EEXIST { throw PackageError(.alreadyExists, "\(path) is there already", cause: EEXIST) }
            throw .system(errno, "cannot write \(path)", otherwise: .unwritable)
        }
        try directory.synchronize()
    }

    deinit { try? directory.remove(temporaryName) }
}
