import Foundation

/// Where and when a run took place.
public struct Machine: Hashable, Sendable, Codable {
    /// The processor's own name for itself.
    public let processor: String
    /// Processors that are online.
    public let cores: Int
    /// Whether the processor says that there is a hypervisor.
    public let isVirtual: Bool
    /// Bytes of memory.
    public let memory: Int
    /// As uname(2) tells it.
    public let kernel: String
    /// How the kernel protects indirect jumps, which costs tail calls and attached programs; nil where it does not say.
    public let indirectJumps: String?
    /// Whether BPF programs become machine code; nil where the kernel does not say.
    public let compilesPrograms: Bool?
    /// Start of the run, ISO 8601, UTC.
    public let date: String
    /// Revision of the sources, with "+" when they were changed since; nil outside a repository.
    public let revision: String?

    /// Asks the system.
    ///
    /// - Parameter sources: a folder of the repository.
    public static func current(sources: String) -> Machine {
        let processors = contents(of: "/proc/cpuinfo") ?? ""
        return Machine(
            processor: field("model name", in: processors) ?? "unknown",
            cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            isVirtual: (field("flags", in: processors) ?? "").split(separator: " ").contains("hypervisor"),
            memory: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)),
            kernel: contents(of: "/proc/sys/kernel/osrelease") ?? "unknown",
            indirectJumps: contents(of: "/sys/devices/system/cpu/vulnerabilities/spectre_v2"),
            compilesPrograms: contents(of: "/proc/sys/net/core/bpf_jit_enable").map { $0 != "0" },
            date: Date().formatted(.iso8601),
            revision: revision(of: sources))
    }

    private static func contents(of path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func field(_ name: String, in text: String) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            return line.split(separator: ":", maxSplits: 1).dropFirst().first?.trimmingCharacters(in: .whitespaces)
        }
        return nil
    }

    private static func revision(of sources: String) -> String? {
        guard let revision = git(sources, ["rev-parse", "--short=12", "HEAD"]), !revision.isEmpty else { return nil }
        let changes = git(sources, ["status", "--porcelain", "--untracked-files=no"]) ?? ""
        return changes.isEmpty ? revision : revision + "+"
    }

    private static func git(_ folder: String, _ arguments: [String]) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let bytes = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
