internal import ArgumentParser
internal import Rules

/// `periscope rules check`: says what is wrong with a rule file.
struct RulesCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong with a rule file, with line and column.",
        discussion: """
            Needs no privilege and changes nothing. The exit status is 0 when the file can be used, also with \
            warnings, 64 when it has errors, and 66 when it cannot be read.

            EXAMPLES
              periscope rules check web.yaml
              periscope rules check web.yaml --json
            """)

    @Argument(help: "The rule file (YAML or JSON).")
    var file: String

    @Flag(help: "Print the result as JSON.")
    var json = false

    private struct Report: Encodable {
        struct Diagnostic: Encodable {
            var severity: String
            var line: Int
            var column: Int
            var message: String
        }
        var file: String
        var valid: Bool
        /// Of a valid file.
        var rules: Int?
        /// Bytes of the table that the kernel looks packets up in.
        var tableBytes: Int?
        var diagnostics: [Diagnostic]
    }

    func run() throws {
        var report = Report(file: file, valid: true, diagnostics: [])
        let diagnostics: [RuleDiagnostic]
        let progress = Progress("checking \(file)")
        let result = Result { () throws(RulesError) in try RuleFile.load(file) }
        switch result {
        case .success(let contents):
            diagnostics = contents.warnings
            report.rules = contents.rules.rules.count
            report.tableBytes = CompiledTable(contents.rules).byteCount
        case .failure(let error):
            guard error.code != .unreadable else { throw error }
            diagnostics = error.diagnostics
            report.valid = false
        }
        progress.end()
        if json {
            report.diagnostics = diagnostics.map {
                .init(severity: $0.severity.rawValue, line: $0.line, column: $0.column, message: $0.message)
            }
            try Output.json(report)
        } else {
            for diagnostic in diagnostics { try Output.line(diagnostic.description) }
            try Output.line(summary(report, diagnostics))
        }
        if !report.valid { throw ExitCode(ExitStatus.usage.rawValue) }
    }

    private func summary(_ report: Report, _ diagnostics: [RuleDiagnostic]) -> String {
        func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        let warnings = diagnostics.count { $0.severity == .warning }
        let noted = warnings > 0 ? "; " + counted(warnings, "warning") : ""
        guard let rules = report.rules, let bytes = report.tableBytes else {
            let errors = counted(diagnostics.count { $0.severity == .error }, "error")
            return "\(file): \(errors)\(noted); nothing would be changed"
        }
        let memory = bytes < 10_000_000 ? "\((bytes + 999) / 1000) kB" : "\((bytes + 999_999) / 1_000_000) MB"
        return "\(file): \(counted(rules, "rule")), \(memory) of memory as a table\(noted)"
    }
}
