import CommandTestSupport
import ArgumentParser
import Foundation
import Lab
import Testing

@testable import Commands
@testable import periscope

/// The commands as they describe themselves, and the manual.
@Suite struct ManualTests {
    /// A command with its names from the root, and the long and short options that it takes.
    struct Described: Sendable, CustomTestStringConvertible {
        var path: [String]
        var options: [String]
        var isGroup: Bool
        var testDescription: String { path.joined(separator: " ") }
    }

    static func describe() async throws -> [Described] {
        let dump = try await PeriscopeProcess.run(["--experimental-dump-help"])
        return walk(try JSON(dump.text)["command"], [])
    }

    private static func walk(_ command: JSON, _ parents: [String]) -> [Described] {
        let path = parents + [command["commandName"].string ?? ""]
        let children = command["subcommands"].array.filter { $0["commandName"].string != "help" }
        let options = command["arguments"].array.filter { $0["kind"].string != "positional" }
            .flatMap { $0["names"].array }
            .map { ($0["kind"].string == "long" ? "--" : "-") + ($0["name"].string ?? "") }
        return [Described(path: path, options: options, isGroup: !children.isEmpty)]
            + children.flatMap { walk($0, path) }
    }

    /// The manual's source, without the escapes that stand in words.
    static func manual() throws -> String {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let source = try String(
            contentsOf: root.appendingPathComponent("Packaging/man/periscope.1"), encoding: .utf8)
        return source.replacingOccurrences(of: "\\-", with: "-").replacingOccurrences(of: "\\fB", with: "")
            .replacingOccurrences(of: "\\fI", with: "").replacingOccurrences(of: "\\fR", with: "")
    }

    @Test func `every command says what it does and gives examples that can be run`() async throws {
        let commands = try await Self.describe()
        #expect(commands.count >= 13)
        for command in commands {
            let help = try await PeriscopeProcess.run(Array(command.path.dropFirst()) + ["--help"])
            #expect(help.status == .exited(0), "\(command.path)")
            #expect(help.text.contains("OVERVIEW: "), "\(command.path)")
            let lines = help.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            let start = try #require(lines.firstIndex(of: "EXAMPLES"), "\(command.path) has no examples")
            // One that is broken over two lines cannot be copied.
            let examples = lines[(start + 1)...].prefix { !$0.hasPrefix("USAGE:") }
            #expect(!examples.isEmpty, "\(command.path)")
            for example in examples {
                let expected = command.path.joined(separator: " ")
                #expect(example.hasPrefix(expected), "\(example) is no example of \(expected)")
                #expect(throws: Never.self, "\(example)") { try parse(example) }
            }
        }
    }

    /// Reads an example as a shell would, up to a pipe.
    private func parse(_ example: String) throws {
        var words: [String] = []
        var isQuoted = false
        var word = ""
        for character in example.prefix(while: { $0 != "|" }) + " " {
            switch character {
            case "'": isQuoted.toggle()
            case " " where !isQuoted:
                if !word.isEmpty { words.append(word) }
                word = ""
            default: word.append(character)
            }
        }
        _ = try PeriscopeCommand.parseAsRoot(Array(words.dropFirst()))
    }

    @Test func `every command and every option is in the manual`() async throws {
        let manual = try Self.manual()
        // Sections and subsections by their first line.
        var sections: [String: String] = [:]
        for section in manual.components(separatedBy: "\n.S").dropFirst() {
            let lines = section.split(separator: "\n", maxSplits: 1)
            sections[String(lines[0].dropFirst(2)), default: ""] += lines.count > 1 ? String(lines[1]) : ""
        }
        for command in try await Self.describe() where !command.isGroup {
            let name = command.path.joined(separator: " ")
            let section = sections.first { $0.key == name || $0.key.hasPrefix(name + " ") }
            let text = try #require(section, "the manual has no section on \(name)").value
            for option in command.options where !["-h", "--help", "--version"].contains(option) {
                #expect(text.contains("\n\(option)"), "the manual's section on \(name) lacks \(option)")
            }
            let lines = text.split(separator: "\n").filter { $0.hasPrefix("--") }
            for line in lines {
                let option = String(line.prefix { $0 != " " })
                #expect(command.options.contains(option), "the manual has \(option), which \(name) does not know")
            }
        }
        #expect(manual.contains("--help"))
        #expect(manual.contains("--version"))
    }

    @Test func `every exit status is in the manual, and no other`() throws {
        let rows = try Self.manual().split(separator: "\n").filter { $0.hasSuffix("|T{") }
            .compactMap { Int32($0.prefix { $0 != "|" }) }
        #expect(rows == ExitStatus.allCases.map(\.rawValue))
    }

    @Test func `the manual is of this version`() throws {
        #expect(try Self.manual().contains("\"Periscope \(PeriscopeCommand.configuration.version)\""))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `completions can be made`(shell: String) async throws {
        let result = try await PeriscopeProcess.run(["--generate-completion-script", shell])
        #expect(result.status == .exited(0))
        #expect(result.text.contains("collect"))
    }
}
