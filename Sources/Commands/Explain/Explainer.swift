internal import Expressions
internal import Packets
internal import Rules

/// What is asked about packets: which rule of a file decides, or whether a filter matches.
enum Explainer {
    case rules(RuleList, CompiledTable)
    case filter(Expression)

    /// What there is to say of a packet.
    func finding(_ packet: ExplainedPacket, _ scope: Explanation.Scope) throws -> Finding {
        switch self {
        case .rules(let rules, let table):
            let fields = PacketFields(frame: packet.frame)
            let explanation = try Explanation(
                fields, direction: packet.direction, rules: rules, table: table, scope: scope)
            return .rule(explanation)
        case .filter(let expression):
            return .filter(matches: expression.matches(packet.frame.span.bytes, originalLength: packet.length))
        }
    }
}

/// The answer for one packet.
enum Finding {
    case rule(Explanation)
    case filter(matches: Bool)
}
