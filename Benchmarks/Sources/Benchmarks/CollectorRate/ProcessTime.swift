import Foundation
import Glibc

/// What processes take of processors.
enum ProcessTime {
    /// Seconds that all processes of a group have taken so far, in user mode and in the kernel.
    static func of(_ group: Int32) -> Double {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.filter { Int32($0) != nil }.reduce(0) { sum, process in
            // proc_pid_stat(5): the name in brackets may hold anything; state, parent and group follow it.
            guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let name = text.lastIndex(of: ")")
            else { return sum }
            let fields = text[text.index(after: name)...].split(separator: " ")
            guard fields.count > 12, Int32(fields[2]) == group, let user = Double(fields[11]),
                let system = Double(fields[12])
            else { return sum }
            return sum + (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }
}
