internal import Expressions
internal import Mirroring
internal import Rules

/// Where the selection of a mirror comes from: the command line, or a rule file that can be read again.
struct MatcherSource {
    let filter: String
    let rules: String?

    func matcher() throws -> Matcher {
        guard let rules else { return .expression(try Expression(filter)) }
        return .rules(try RuleFileReader(path: rules).read())
    }
}
