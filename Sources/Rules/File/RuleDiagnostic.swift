/// Something to say about one place of a rule file.
public struct RuleDiagnostic: Hashable, Sendable {
    /// Whether the file can be used all the same.
    public enum Severity: String, Hashable, Sendable {
        case error, warning
    }

    public let severity: Severity
    /// What is wrong and what to write instead.
    public let message: String
    /// The file's name as it was given.
    public let file: String
    /// Line, counted from 1.
    public let line: Int
    /// Column in characters, counted from 1.
    public let column: Int
}

extension RuleDiagnostic: CustomStringConvertible {
    /// The form of compilers, which editors understand: `file:line:column: severity: message`.
    public var description: String {
        "\(file):\(line):\(column): \(severity.rawValue): \(message)"
    }
}
