import Glibc

/// A process that cannot be mistaken for a later one with the same number.
public struct ProcessIdentity: Hashable, Sendable, Codable {
    public var pid: Int32
    /// Clock ticks since boot (proc(5), field 22 of /proc/PID/stat).
    public var startTime: UInt64

    /// This process.
    public static var own: ProcessIdentity {
        ProcessIdentity(pid: getpid(), startTime: startTime(of: getpid()) ?? 0)
    }

    /// Whether the process still runs.
    public var isAlive: Bool { Self.startTime(of: pid) == startTime }

    private static func startTime(of pid: Int32) -> UInt64? {
        guard let text = SmallFile.read("/proc/\(pid)/stat") else { return nil }
        // The name of the program, in parentheses, may contain anything; behind it fields 3 and on are plain.
        guard let close = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return UInt64(fields[19])
    }
}

extension ProcessIdentity {
    /// By which a device of ours tells whose it is (ifalias).
    var alias: String { "periscope \(pid) \(startTime)" }

    /// Reads an alias; nil for those of others.
    init?(alias: String) {
        let words = alias.split(separator: " ")
        guard words.count == 3, words[0] == "periscope", let pid = Int32(words[1]), let time = UInt64(words[2]) else {
            return nil
        }
        self.init(pid: pid, startTime: time)
    }
}
