internal import CLibbpf
internal import CLinux
import Glibc

/// Names in the BPF file system, by which objects outlive the process that made them.
public enum Pin {
    /// Where the BPF file system is mounted.
    public static let root = "/sys/fs/bpf"

    /// `name` as the BPF file system takes it: it refuses dots, so they become `%2E`; likewise
    /// `/`, `%`, spaces and what is not ASCII.
    public static func escaped(_ name: String) -> String {
        name.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "%"), 0x00...0x20, 0x7f...:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0" + digits : "%" + digits
            default: text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
    }

    /// The name that ``escaped(_:)`` made `escaped` of.
    public static func unescaped(_ escaped: String) -> String {
        var bytes: [UInt8] = []
        var rest = Substring(escaped).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(Substring(rest.prefix(2)), radix: 16)
            {
                bytes.append(value)
                rest.removeFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the BPF file system is mounted at ``root``.
    public static var isMounted: Bool {
        // BPF_FS_MAGIC (linux/magic.h).
        linux_file_system(root) == 0xcafe_4a11
    }

    /// Mounts the BPF file system where it is missing.
    ///
    /// - Throws: ``BPFError`` with the command for it when this process may not.
    public static func ensureMounted() throws(BPFError) {
        guard !isMounted else { return }
        guard mount("bpf", root, "bpf", 0, "mode=0700") == 0 else {
            throw .system(errno, "cannot mount the BPF file system: try \"mount -t bpf bpf \(root)\" as root")
        }
    }

    /// Makes a folder, and those above it, in the BPF file system.
    public static func makeFolder(_ path: String) throws(BPFError) {
        var current = root
        guard path.hasPrefix(root) else {
            throw BPFError(.invalidArgument, "\(path) is not below \(root), where BPF objects are pinned")
        }
        for part in path.dropFirst(root.count).split(separator: "/") {
            current += "/" + part
            guard mkdir(current, 0o700) == 0 || errno == EEXIST else {
                throw .system(errno, "cannot make the folder \(current)")
            }
        }
    }

    /// Names of what is pinned in a folder, as they are there (see ``unescaped(_:)``), sorted; none when there is no folder.
    public static func list(_ folder: String) throws(BPFError) -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw .system(errno, "cannot read the folder \(folder)")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = cString(entry.pointee.d_name)
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a pin, or an empty folder; nothing happens when it is not there.
    public static func remove(_ path: String) throws(BPFError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        if errno == EISDIR || errno == EPERM, rmdir(path) == 0 { return }
        throw .system(errno, "cannot remove \(path)")
    }

    static func pin(_ fd: Int32, at path: String) throws(BPFError) {
        try ensureMounted()
        let status = bpf_obj_pin(fd, path)
        guard status == 0 else { throw .system(status, "cannot pin at \(path)") }
    }

    static func open(_ path: String) throws(BPFError) -> Int32 {
        let fd = bpf_obj_get(path)
        guard fd >= 0 else { throw .system(fd, "cannot open what is pinned at \(path)") }
        return fd
    }
}
