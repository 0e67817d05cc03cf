internal import BPF
import Glibc

/// A folder of the BPF file system: pins, and texts as symbolic links that lead nowhere.
struct BPFFolder: Hashable {
    let path: String

    init(_ path: String) { self.path = path }

    func path(_ name: String) -> String { "\(path)/\(name)" }
    func folder(_ name: String) -> BPFFolder { BPFFolder(path(name)) }

    var exists: Bool { access(path, F_OK) == 0 }
    var names: [String] { (try? Pin.list(path)) ?? [] }

    func contains(_ name: String) -> Bool {
        var status = stat()
        return lstat(path(name), &status) == 0
    }

    func make() throws(BPFError) { try Pin.makeFolder(path) }

    /// Writes a text: the BPF file system has no files, but links of up to a page.
    func write(_ text: String, as name: String) throws(BPFError) {
        let temporary = path(name + "_new")
        unlink(temporary)
        // An empty link cannot be made.
        guard symlink("=" + text, temporary) == 0, rename(temporary, path(name)) == 0 else {
            throw BPFError(.system, "cannot write \(path(name)): error \(errno)", cause: errno)
        }
    }

    func text(_ name: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let length = buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return readlink(path(name), start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard length > 0, buffer[0] == UInt8(ascii: "=") else { return nil }
        return String(decoding: buffer[1..<length], as: UTF8.self)
    }

    /// Pins by `pin` under a name, in the place of what is pinned there.
    func replace(_ name: String, _ pin: (String) throws(BPFError) -> Void) throws(BPFError) {
        let temporary = path(name + "_new")
        try Pin.remove(temporary)
        try pin(temporary)
        guard rename(temporary, path(name)) == 0 else {
            throw BPFError(.system, "cannot pin \(path(name)): error \(errno)", cause: errno)
        }
    }

    func remove(_ name: String) throws(BPFError) { try Pin.remove(path(name)) }

    /// Removes the folder and all below it.
    func removeAll() {
        for name in names {
            var status = stat()
            let path = path(name)
            if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                BPFFolder(path).removeAll()
            } else {
                unlink(path)
            }
        }
        rmdir(path)
    }
}
