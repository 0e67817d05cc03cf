internal import FoundationEssentials
import Glibc
internal import PackageFormat

/// A temporary directory of this process, for archives that are looked into; it goes with the value.
struct Workspace: ~Copyable {
    let directory: Directory
    private let path: String

    private init(_ path: String, _ directory: consuming Directory) {
        self.path = path
        self.directory = directory
    }

    static func make() throws(PackageError) -> Workspace {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/periscope-package-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .system(errno, "cannot make a temporary directory in \(parent)", otherwise: .unwritable)
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Workspace(path, try Directory(path))
    }

    deinit {
        for entry in (try? directory.entries()) ?? [] { try? directory.remove(entry.name) }
        rmdir(path)
    }
}
