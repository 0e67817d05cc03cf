public import Packets

/// Why a rule decides on a packet: what the tables of the kernel say, and each field of the rules beside the packet's.
public struct Explanation: Hashable, Sendable {
    /// Which rules that do not decide are compared with the packet.
    public enum Scope: Hashable, Sendable {
        /// None: only the decision is wanted.
        case decision
        /// Those that differ in one field, the most alike first, five at most.
        case nearest
        /// Every rule that was asked before the decision.
        case everyEarlier
    }

    /// A rule that was asked in vain.
    public struct Refusal: Hashable, Sendable {
        /// The rule's position in its list.
        public let rule: Int
        /// Every field that it names; one of them at least does not match.
        public let comparison: [FieldComparison]
    }

    public let fields: PacketFields
    public let direction: Direction
    /// The position of the rule that decides; `nil` when none matches.
    public let rule: Int?
    /// The fields that the deciding rule names, all of which match; empty for a rule that accepts everything.
    public let comparison: [FieldComparison]
    /// Rules before the deciding one, as far as they were wanted.
    public let refusals: [Refusal]

    private static let nearestCount = 5

    /// Looks a packet up as the kernel does, and asks the rules one after the other, which has to find the same.
    /// - Parameter table: The compiled form of `rules`.
    /// - Throws: `RulesError` of code `disagreement` when it does not.
    public init(
        _ fields: PacketFields, direction: Direction, rules: RuleList, table: CompiledTable, scope: Scope
    ) throws(RulesError) {
        let found = table.lookup(fields, direction: direction)
        let expected = rules.firstMatch(fields, direction: direction)
        guard found == expected else {
            let names = [found, expected].map { position in
                position.map { rules.rules.indices.contains($0) ? "rule \"\(rules.rules[$0].name)\"" : "rule \($0)" }
                    ?? "no rule"
            }
            throw RulesError(
                .disagreement,
                "the compiled table finds \(names[0]) for the packet \(fields.text) (\(direction)) where the list has "
                    + "\(names[1]): this is an error in Periscope; report it with the rule file and the packet")
        }
        self.fields = fields
        self.direction = direction
        rule = found
        comparison = found.map { rules.rules[$0].comparison(fields, direction: direction) } ?? []
        let earlier = rules.rules[..<(found ?? rules.rules.count)]
        switch scope {
        case .decision: refusals = []
        case .nearest: refusals = Self.nearest(earlier, fields, direction)
        case .everyEarlier:
            refusals = earlier.indices.map {
                Refusal(rule: $0, comparison: earlier[$0].comparison(fields, direction: direction))
            }
        }
    }

    /// The rules that differ from the packet in one field, those first that agree with it in most others.
    private static func nearest(
        _ rules: ArraySlice<Rule>, _ fields: PacketFields, _ direction: Direction
    ) -> [Refusal] {
        var found: [Refusal] = []
        for position in rules.indices {
            let comparison = rules[position].comparison(fields, direction: direction)
            guard comparison.count(where: { !$0.matches }) == 1 else { continue }
            // Few are kept, so the place of a new one is soon found; equals stay in the list's order.
            let place = found.firstIndex { $0.comparison.count < comparison.count } ?? found.count
            guard place < nearestCount else { continue }
            found.insert(Refusal(rule: position, comparison: comparison), at: place)
            if found.count > nearestCount { found.removeLast() }
        }
        return found
    }
}
