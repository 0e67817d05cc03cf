public import Expressions
public import Rules

/// What a mirror selects.
public enum Matcher: Sendable {
    /// A filter expression in tcpdump's language; one rule without a name of its own.
    case expression(Expression)
    /// An ordered list of rules.
    case rules(RuleList)

    /// Names by which counters are kept: for an expression, its text.
    var ruleNames: [String] {
        switch self {
        case .expression(let expression): [expression.text.isEmpty ? "all" : expression.text]
        case .rules(let list): list.rules.map(\.name)
        }
    }

    /// How a person recognises it in a listing.
    public var summary: String {
        switch self {
        case .expression(let expression): expression.text.isEmpty ? "all packets" : expression.text
        case .rules(let list): list.rules.count == 1 ? "1 rule" : "\(list.rules.count) rules"
        }
    }
}
