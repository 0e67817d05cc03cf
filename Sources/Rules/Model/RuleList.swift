import KernelABI
public import Packets

/// Rules in the order in which they are asked: the first that matches decides.
///
/// A packet that no rule matches is not mirrored.
public struct RuleList: Hashable, Sendable {
    /// The most rules a list can have: what three levels of 64 bits can number.
    public static let maximumCount = Int(MAX_RULES)

    /// The rules, first asked first.
    public let rules: [Rule]

    /// A list of these rules.
    /// - Throws: `RulesError` with code `.tooManyRules` or `.duplicateName`.
    public init(_ rules: [Rule]) throws(RulesError) {
        guard rules.count <= Self.maximumCount else {
            throw RulesError(
                .tooManyRules,
                "a list can have \(Self.maximumCount) rules and this one has \(rules.count); "
                    + "split it over several mirrors")
        }
        var names = Set<String>(minimumCapacity: rules.count)
        for rule in rules where !names.insert(rule.name).inserted {
            throw RulesError(.duplicateName, "two rules are named \(rule.name); give each its own name")
        }
        self.rules = rules
    }

    /// The position of the first rule that matches, found by asking one after the other.
    ///
    /// This defines what a rule list means; `CompiledTable.lookup` and the kernel program have to agree with it.
    public func firstMatch(_ fields: PacketFields, direction: Direction) -> Int? {
        rules.firstIndex { $0.matches(fields, direction: direction) }
    }
}
