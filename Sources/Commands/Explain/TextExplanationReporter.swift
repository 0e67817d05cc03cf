internal import Expressions
internal import Packets
internal import Rules

/// For a person: a paragraph for one packet, a line each for many, and then a table.
struct TextExplanationReporter: ExplanationReporter {
    let explainer: Explainer
    let samplingSeed: UInt64?

    private var rules: [Rule] {
        if case .rules(let list, _) = explainer { list.rules } else { [] }
    }

    func explained(_ packet: ExplainedPacket, number: Int, _ finding: Finding, isWhole: Bool) throws {
        guard isWhole else {
            try Output.line("\(number)  \(Self.fields(packet))  \(decision(finding))")
            return
        }
        if number > 1 { try Output.line("") }
        var lines = [("packet", "\(Self.fields(packet)), \(packet.direction), \(packet.length) bytes")]
        if !packet.assumptions.isEmpty { lines.append(("assumed", packet.assumptions.joined(separator: ", "))) }
        lines.append(("decision", decision(finding)))
        if case .rule(let explanation) = finding { lines += reasons(packet, explanation) }
        var previous = ""
        for (label, text) in lines {
            let shown = label == previous ? "" : label
            try Output.line(shown + String(repeating: " ", count: 11 - shown.count) + text)
            previous = label
        }
    }

    func ended(_ summary: ExplanationSummary) throws {
        func row(_ name: String, _ action: String, _ tally: ExplanationSummary.Tally) -> [String] {
            [name, action, "\(tally.packets)", "\(tally.bytes)"]
        }
        var table: TextTable
        switch explainer {
        case .rules(let list, _):
            table = TextTable(["rule", "action", "packets", "bytes"])
            for (position, tally) in summary.matched.sorted(by: { $0.key < $1.key }) {
                table.add(row(list.rules[position].name, "\(list.rules[position].action)", tally))
            }
            table.add(row("(no rule)", "", summary.unmatched))
            table.add(row("(all)", "", summary.all))
        case .filter(let expression):
            table = TextTable(["filter", "result", "packets", "bytes"])
            table.add(row(expression.text, "matches", summary.matched[0] ?? .init()))
            table.add(row("", "does not match", summary.unmatched))
        }
        for line in table.lines { try Output.line(line) }
    }

    private static func fields(_ packet: ExplainedPacket) -> String {
        let fields = PacketFields(frame: packet.frame)
        return [fields.family, fields.text].compactMap(\.self).joined(separator: " ")
    }

    private func decision(_ finding: Finding) -> String {
        switch finding {
        case .filter(let matches): matches ? "matches" : "does not match"
        case .rule(let explanation):
            explanation.rule.map { "\(rules[$0].action), by \(name($0)) of \(rules.count)" }
                ?? "not mirrored: no rule matches"
        }
    }

    private func name(_ position: Int) -> String { "rule \"\(rules[position].name)\", \(position + 1)" }

    private func reasons(_ packet: ExplainedPacket, _ explanation: Explanation) -> [(String, String)] {
        var lines: [(String, String)] = []
        if let position = explanation.rule {
            lines += explanation.comparison.map { ("because", Self.sentence($0)) }
            if explanation.comparison.isEmpty {
                lines.append(("because", "the rule names no field, and accepts any packet"))
            }
            let steps = rules[position].selection.steps(
                packet.frame, length: packet.length, now: .now(), samplingSeed: samplingSeed)
            lines += steps.map { ("selection", "\($0.option): \($0.text)") }
        }
        lines += explanation.refusals.map { refusal in
            let differing = refusal.comparison.filter { !$0.matches }.map(Self.sentence)
            return ("before it", "not \(name(refusal.rule)): \(differing.joined(separator: "; "))")
        }
        return lines
    }

    private static func sentence(_ comparison: FieldComparison) -> String {
        guard let seen = comparison.seen else {
            return "\(comparison.field.rawValue): the packet has none, and the rule names \(comparison.named)"
        }
        return "\(comparison.field.rawValue) \(seen) \(comparison.matches ? "matches" : "does not match") "
            + comparison.named
    }
}
