internal import CLinux
import Glibc

/// Tells when a file has been written anew, also by editors and tools that put a new file in its place.
final class FileWatch {
    /// Polls readable when something happened in the file's folder.
    let descriptor: Int32
    private let name: String

    init(_ path: String) throws {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? "."
        name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        descriptor = linux_watch_folder(folder)
        guard descriptor >= 0 else {
            throw Failure(.noInput, "cannot watch \(path): \(String(cString: strerror(-descriptor)))")
        }
    }

    deinit { close(descriptor) }

    /// Whether the file itself was among what happened since the last call.
    func hasChanged() -> Bool {
        var changed = false
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return changed }
            var position = 0
            while position + 16 <= count {
                // struct inotify_event: descriptor, mask, cookie, length of the name, the name with zeros.
                let mask = buffer.word(at: position + 4)
                let length = Int(buffer.word(at: position + 12))
                let bytes = buffer[(position + 16)..<min(position + 16 + length, count)].prefix { $0 != 0 }
                let written = mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO) != 0
                // IN_Q_OVERFLOW: what happened is not known.
                if mask & 0x4000 != 0 || (written && String(decoding: bytes, as: UTF8.self) == name) { changed = true }
                position += 16 + length
            }
        }
    }
}

extension [UInt8] {
    /// A 32-bit number of this machine.
    fileprivate func word(at index: Int) -> UInt32 {
        withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index, as: UInt32.self) }
    }
}
