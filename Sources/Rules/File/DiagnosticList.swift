/// Collects what there is to say about one file.
struct DiagnosticList {
    let file: String
    private(set) var all: [RuleDiagnostic] = []

    init(file: String) {
        self.file = file
    }

    var errorCount: Int { all.count { $0.severity == .error } }

    mutating func error(_ message: String, at position: FilePosition) {
        add(.error, message, at: position)
    }

    mutating func warning(_ message: String, at position: FilePosition) {
        add(.warning, message, at: position)
    }

    private mutating func add(_ severity: RuleDiagnostic.Severity, _ message: String, at position: FilePosition) {
        // What messages quote may have line breaks; a diagnostic is one line.
        let message = String(message.map { $0.isNewline ? " " : $0 })
        all.append(
            RuleDiagnostic(
                severity: severity, message: message, file: file, line: position.line, column: position.column))
    }

    /// Everything in the file's order.
    func sorted() -> [RuleDiagnostic] {
        all.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }
}
