internal import Expressions
internal import Packets
internal import Rules

/// For a program: a line for each packet, and one at the end.
struct JSONExplanationReporter: ExplanationReporter {
    let explainer: Explainer
    let samplingSeed: UInt64?

    private struct Packet: Encodable {
        var family: String?
        var source: IPAddress?
        var destination: IPAddress?
        var sourcePort: UInt16?
        var destinationPort: UInt16?
        var `protocol`: UInt8?
        var vlan: UInt16?
        var tcpFlags: UInt8?
        var fragment: Bool
        var direction: String
        var length: Int

        init(_ packet: ExplainedPacket) {
            let fields = PacketFields(frame: packet.frame)
            family = fields.family
            (source, destination) = (fields.source, fields.destination)
            (sourcePort, destinationPort) = (fields.sourcePort, fields.destinationPort)
            `protocol` = fields.ipProtocol
            vlan = fields.vlan
            tcpFlags = fields.tcpFlags
            fragment = fields.isFragment
            direction = "\(packet.direction)"
            length = packet.length
        }
    }

    private struct Field: Encodable {
        var field: String
        var named: String
        var seen: String?
        var matches: Bool

        init(_ comparison: FieldComparison) {
            field = comparison.field.rawValue
            (named, seen, matches) = (comparison.named, comparison.seen, comparison.matches)
        }
    }

    private struct Step: Encodable {
        var option: String
        var outcome: String
        var text: String
    }

    private struct Earlier: Encodable {
        var rule: String
        var position: Int
        var fields: [Field]
    }

    private struct PacketEvent: Encodable {
        var event = "packet"
        var number: Int
        var packet: Packet
        var assumed: [String]
        /// Of a filter.
        var matches: Bool?
        /// Of a rule file; the rule's keys are those of the one that decides.
        var decision: String?
        var rule: String?
        var position: Int?
        var fields: [Field]?
        var selection: [Step]?
        var earlier: [Earlier]?
    }

    private struct SummaryEvent: Encodable {
        struct Rule: Encodable {
            var rule: String
            var action: String
            var matched: ExplanationSummary.Tally
        }
        var event = "summary"
        var all: ExplanationSummary.Tally
        var rules: [Rule]
        var unmatched: ExplanationSummary.Tally
    }

    func explained(_ packet: ExplainedPacket, number: Int, _ finding: Finding, isWhole: Bool) throws {
        var event = PacketEvent(number: number, packet: Packet(packet), assumed: packet.assumptions)
        switch (finding, explainer) {
        case (.rule(let explanation), .rules(let list, _)):
            event.decision = "none"
            if let position = explanation.rule {
                let rule = list.rules[position]
                event.decision = "\(rule.action)"
                event.rule = rule.name
                event.position = position + 1
                event.fields = explanation.comparison.map(Field.init)
                event.selection = rule.selection.steps(
                    packet.frame, length: packet.length, now: .now(), samplingSeed: samplingSeed
                ).map {
                    Step(option: $0.option, outcome: $0.outcome.rawValue, text: $0.text)
                }
            }
            if isWhole {
                event.earlier = explanation.refusals.map {
                    Earlier(
                        rule: list.rules[$0.rule].name, position: $0.rule + 1, fields: $0.comparison.map(Field.init))
                }
            }
        case (.filter(let matches), _): event.matches = matches
        default: break
        }
        try Output.json(event)
    }

    func ended(_ summary: ExplanationSummary) throws {
        let rules: [SummaryEvent.Rule] = summary.matched.sorted { $0.key < $1.key }.map { position, tally in
            switch explainer {
            case .rules(let list, _):
                .init(rule: list.rules[position].name, action: "\(list.rules[position].action)", matched: tally)
            case .filter(let expression): .init(rule: expression.text, action: "mirror", matched: tally)
            }
        }
        try Output.json(SummaryEvent(all: summary.all, rules: rules, unmatched: summary.unmatched))
    }
}
