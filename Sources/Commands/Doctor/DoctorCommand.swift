internal import ArgumentParser

/// `periscope doctor`: what this host has, and lacks, for mirrors.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what this host has and lacks for mirrors, and how to get it.",
        discussion: """
            As root it also tries a mirror, in a network namespace of its own, of which nothing stays. The exit status \
            is 0 when a mirror would work, and 78 when something is missing.

            EXAMPLES
              periscope doctor
              periscope doctor --json
            """)

    @Flag(help: "Print the findings as JSON.")
    var json = false

    private struct Report: Encodable {
        var healthy: Bool
        var checks: [Check]
    }

    func run() throws {
        let progress = Progress("looking at this host")
        let examination = try Examination()
        progress.end()
        if json {
            try Output.json(Report(healthy: examination.isHealthy, checks: examination.checks))
        } else {
            try show(examination)
        }
        if !examination.isHealthy { throw ExitCode(ExitStatus.notSupported.rawValue) }
    }

    private func show(_ examination: Examination) throws {
        let width = examination.checks.map(\.name.count).max() ?? 0
        let indent = String(repeating: " ", count: width + 11)
        for check in examination.checks {
            let name = check.name + String(repeating: " ", count: width - check.name.count)
            try Output.line("\(mark(check.result))  \(name)  \(check.finding)")
            if let remedy = check.remedy { try Output.line("\(indent)-> \(remedy)") }
        }
        try Output.line(examination.isHealthy ? "a mirror works here" : "a mirror does not work here yet")
    }

    /// A word of one width; on a terminal with the colour that it has everywhere.
    private func mark(_ result: Check.Result) -> String {
        let (word, colour) =
            switch result {
            case .present: ("ok     ", 32)
            case .missing: ("missing", 31)
            case .limited: ("limited", 33)
            case .unknown: ("unknown", 33)
            }
        return Output.isTerminal ? "\u{1b}[\(colour)m\(word)\u{1b}[0m" : word
    }
}
