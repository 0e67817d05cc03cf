/// What a rule says of one field, beside what a packet has there.
public struct FieldComparison: Hashable, Sendable {
    public let field: RuleField
    /// Of a field that matches the value of the rule that accepts it; of one that does not, all values that the rule
    /// names, as rule files write them.
    public let named: String
    /// What the packet has; `nil` when it has no such field.
    public let seen: String?
    public let matches: Bool

    /// Values that are shown of a long list.
    private static let shownValues = 8

    init<Choice>(
        _ field: RuleField, _ choices: [Choice], _ seen: String?, text: (Choice) -> String, accepts: (Choice) -> Bool
    ) {
        self.field = field
        self.seen = seen
        let accepting = choices.first(where: accepts)
        matches = accepting != nil
        if let accepting {
            named = text(accepting)
        } else {
            let more = choices.count - Self.shownValues
            named =
                choices.prefix(Self.shownValues).map(text).joined(separator: ", ")
                + (more > 0 ? " and \(more) more" : "")
        }
    }
}
