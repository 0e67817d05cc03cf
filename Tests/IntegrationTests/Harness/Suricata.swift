import Foundation
import TestSupport

/// Suricata's opinion of frames as they came to a collector (scripts/run-suricata; `fetch` has it ready).
enum Suricata {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("scripts/run-suricata").path

    /// Its counters after it has read these frames; those that are 0 are left out.
    static func counters(of frames: [[UInt8]]) throws -> [String: Int] {
        let directory = try TemporaryDirectory()
        let path = try directory.write(ClassicCapture.bytes(frames), to: "frames.pcap")
        let logs = directory.path("logs")
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: false)
        try Tool(script).run(path, logs)
        let text = String(decoding: try directory.read("logs/stats.log"), as: UTF8.self)
        var counters: [String: Int] = [:]
        // Lines of `name | Total | number`; the last block has the totals of all.
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 3, let number = Int(parts[2]) else { continue }
            counters[parts[0]] = number
        }
        guard counters["decoder.pkts"] == frames.count else {
            throw Unexpected("Suricata read \(counters["decoder.pkts"] ?? 0) of \(frames.count) frames")
        }
        return counters
    }
}
