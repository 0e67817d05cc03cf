import Glibc

@testable import Lab

/// What is still there of a lab that should be gone.
enum Remains {
    /// Namespaces, folders and processes with the identifier, each as a line for a reader.
    static func of(_ id: String) -> [String] {
        let namespaces = DirectoryListing.names(in: "/run/netns").filter { $0.contains(id) }
        let folders = DirectoryListing.names(in: "/run").filter { $0.contains(id) }
        let processes = DirectoryListing.names(in: "/proc").filter { Int32($0) != nil && Int32($0) != getpid() }
        return namespaces.map { "namespace \($0)" } + folders.map { "folder \($0)" }
            + processes.filter { mentions(id, process: $0) }.map { "process \($0)" }
    }

    /// A process belongs to a lab if its command line names it, or if it has one of the lab's files open (nginx's
    /// workers have a command line of their own making).
    private static func mentions(_ id: String, process: String) -> Bool {
        let descriptors = DirectoryListing.names(in: "/proc/\(process)/fd").map {
            target(of: "/proc/\(process)/fd/\($0)")
        }
        return (descriptors + [content(of: "/proc/\(process)/cmdline")]).contains { $0.contains(id) }
    }

    private static func target(of link: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(link, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func content(of path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(file, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }
}
