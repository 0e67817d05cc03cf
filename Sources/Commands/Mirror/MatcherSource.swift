internal import Expressions
internal import Mirroring
internal import Rules

/// Where the selection of a mirror comes from: the command line, or a rule file that can be read again.
struct MatcherSource {
    let filter: String
    /// Path of the rule file; nil when there is a filter.
    let rules: String?

    /// Reads it, and tells what the file probably does not mean to say.
    func matcher() throws -> (matcher: Matcher, warnings: [RuleDiagnostic]) {
        guard let rules else { return (.expression(try Expression(filter)), []) }
        let file = try RuleFile.load(rules)
        return (.rules(file.rules), file.warnings)
    }
}
