import BPF
import Chaining
import Foundation
import Glibc
import TestSupport

/// A process that changes a chain until it is killed.
struct ChangerProcess {
    private let directory: TemporaryDirectory
    private let process: pid_t

    /// Starts one in the calling thread's namespace.
    init(_ line: TracedLine, seed: UInt64, traces: String, objects: [UInt8: (bytes: [UInt8], entry: String)]) throws {
        directory = try TemporaryDirectory()
        var arguments = [
            try Self.executable(), line.base, line.site.interface, line.site.hook.rawValue, "\(seed)", traces,
        ]
        for (number, object) in objects.sorted(by: { $0.key < $1.key }) {
            arguments.append("\(number):\(object.entry):\(try directory.write(object.bytes, to: "\(number).o"))")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, directory.path("out"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, directory.path("err"), O_WRONLY | O_CREAT, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child = pid_t()
        let status = posix_spawn(&child, arguments[0], &actions, nil, &words, environ)
        guard status == 0 else { throw Tool.Failure(description: "\(arguments[0]): error \(status)") }
        process = child
    }

    /// What it said it was to do, and whether it said that it was done, in this order.
    struct Change {
        /// NAME=REVISION, in order.
        let members: [String]
        var isMade = false

        /// The numbers in the names.
        var numbers: [UInt8] {
            members.compactMap { UInt8($0.prefix { $0 != "=" }.drop { $0 != "." }.dropFirst()) }
        }
    }

    /// Kills it, wherever it is.
    ///
    /// - Returns: what it found when it started, nil when it did not come so far; and what it did then.
    func kill() throws -> (found: [String]?, changes: [Change]) {
        Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        let text = String(decoding: try directory.read("out"), as: UTF8.self)
        // SIGKILL and nothing else ended it.
        guard status & 0x7f == SIGKILL else {
            throw Tool.Failure(
                description:
                    "ended with status \(status): \(String(decoding: try directory.read("err"), as: UTF8.self))")
        }
        var found: [String]?
        var changes: [Change] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "has": found = Array(words.dropFirst())
            case "makes": changes.append(Change(members: Array(words.dropFirst())))
            case "made": changes[changes.count - 1].isMade = true
            default: throw Tool.Failure(description: text)
            }
        }
        return (found, changes)
    }

    private static func executable() throws -> String {
        for argument in CommandLine.arguments {
            guard let bundle = argument.range(of: ".xctest") else { continue }
            let folder = URL(fileURLWithPath: String(argument[..<bundle.upperBound])).deletingLastPathComponent()
            return folder.appending(path: "chain-changer").path
        }
        throw Tool.Failure(description: "no test bundle among \(CommandLine.arguments)")
    }
}
