import Foundation

/// What a process takes of the machine's memory, in KiB, as /proc says.
enum ProcessMemory {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// A line of a file in /proc: "VmHWM" in "status", "Pss" in "smaps_rollup".
    static func kibibytes(_ key: String, in file: String, of process: Int32 = getpid()) throws -> Double {
        let path = "/proc/\(process)/\(file)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in text.split(separator: "\n") where line.hasPrefix(key + ":") {
            if let number = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Double($0) }) { return number }
        }
        throw Unreadable(description: "\(path) has no line \(key)")
    }

    /// Has the peak (VmHWM) of this process begin at what it has now (proc(5), clear_refs).
    static func forgetPeak() throws {
        try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }
}
