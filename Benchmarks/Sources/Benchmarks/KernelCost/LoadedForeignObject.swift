import BPF
import Foundation
import Measuring
import Packets
import Rules

/// Somebody else's program, loaded and filled with a rule list by the script that came with it.
struct LoadedForeignObject {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let program: Program
    // Keeps the maps.
    private let object: BPFObject

    /// The status with which a script says that the object cannot hold the list.
    private static let cannotHold: Int32 = 3

    /// nil when the script says that the object cannot hold these rules.
    init?(_ foreign: ForeignObject, _ rules: RuleList) throws {
        guard let bytes = FileManager.default.contents(atPath: foreign.path) else {
            throw Failure(description: "cannot read the BPF object \(foreign.path)")
        }
        object = try BPFObject([UInt8](bytes), name: "foreign")
        for name in object.programNames { try object.setAutoload(name == foreign.program, of: name) }
        // Sections of other loaders do not tell what a program is for.
        try object.setKind(.classifier, of: foreign.program)
        try object.load()
        program = try object.program(named: foreign.program)
        guard let script = foreign.filling else { return }
        guard try Self.run(script, environment(rules), rules) else { return nil }
    }

    /// What the script is told: docs/benchmarks/README.md documents it.
    private func environment(_ rules: RuleList) throws -> [String: String] {
        var environment = ["PROGRAM_ID": "\(program.id)", "RULE_COUNT": "\(rules.rules.count)"]
        var maps: [String] = []
        for name in object.mapNames {
            let id = try object.map(named: name).id
            maps.append("\(name)=\(id)")
            let word = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
            environment["MAP_" + String(word)] = "\(id)"
        }
        environment["MAPS"] = maps.joined(separator: " ")
        return environment
    }

    /// Whether the object holds the list.
    private static func run(_ script: String, _ environment: [String: String], _ rules: RuleList) throws -> Bool {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("bench-rules-\(UUID().uuidString)")
        try rules.rules.map { $0.fields.joined(separator: "\t") + "\n" }.joined()
            .write(to: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: script)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .merging(["RULES": file.path]) { $1 }
        // Standard output is for results.
        process.standardOutput = FileHandle.standardError
        do { try process.run() } catch {
            throw Failure(description: "cannot run \(script): \(error.localizedDescription); is it executable?")
        }
        process.waitUntilExit()
        guard process.terminationStatus != cannotHold else { return false }
        guard process.terminationStatus == 0, process.terminationReason == .exit else {
            throw Failure(
                description: "\(script) failed with status \(process.terminationStatus) on \(rules.rules.count) rules")
        }
        return true
    }
}

extension Rule {
    /// Source, destination, source ports, destination ports and protocol; "any" where the rule names none.
    fileprivate var fields: [String] {
        func network(_ networks: [CIDR]) -> String { networks.first.map { "\($0)" } ?? "any" }
        func ports(_ ranges: [ClosedRange<UInt16>]) -> String {
            ranges.first.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "any"
        }
        return [
            network(sources), network(destinations), ports(sourcePorts), ports(destinationPorts),
            protocols.first.map { "\($0)" } ?? "any",
        ]
    }
}
