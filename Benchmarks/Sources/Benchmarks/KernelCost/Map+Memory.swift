import BPF
import Foundation

extension Map {
    /// Bytes that the kernel accounts for the map (`memlock` in /proc/self/fdinfo).
    func memory() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/fdinfo/\(fileDescriptor)", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("memlock:") }
        guard let line, let bytes = Int(line.dropFirst("memlock:".count).trimmingCharacters(in: .whitespaces)) else {
            throw BPFError(.notFound, "the kernel does not say how much memory the map \"\(name)\" has")
        }
        return bytes
    }
}
