internal import Mirroring
internal import Netlink
internal import Packets

/// One line of JSON for each event; docs/json.md lists them.
struct JSONPreviewReporter: PreviewReporter {
    private struct Attached: Encodable {
        var event = "attached"
        var interface: String
        var direction: String
        var hook: String
        var filter: String
        var samplingSeed: UInt64
        /// For how long packets are looked at.
        var seconds: Double
    }

    private struct Warning: Encodable {
        var event = "warning"
        var messages: [String]
    }

    let isLive = false

    func warned(_ warnings: [String]) throws { try Output.json(Warning(messages: warnings)) }

    func attached(_ preview: Preview, for time: Duration) throws {
        let configuration = preview.configuration
        try Output.json(
            Attached(
                interface: preview.interface.name, direction: configuration.direction.rawValue,
                hook: preview.mechanism, filter: configuration.matcher.summary,
                samplingSeed: configuration.selection.samplingSeed, seconds: time / .seconds(1)))
    }

    func answered(_ answers: PreviewAnswers, of preview: Preview, left: Duration) throws {}

    func ended(_ end: PreviewSession.End, _ answers: PreviewAnswers, of preview: Preview) throws {
        try Output.json(PreviewEnded(end.reason, answers))
    }
}

/// The last event of a preview.
private struct PreviewEnded: Encodable {
    struct Rate: Encodable {
        var packets: Double
        var bytes: Double
        var packetsPerSecond: Double
        var bitsPerSecond: Double

        init(_ amount: Amount, _ seconds: Double) {
            packets = amount.packets
            bytes = amount.bytes
            (packetsPerSecond, bitsPerSecond) = amount.perSecond(over: seconds)
        }
    }

    struct Option: Encodable {
        var option: String
        var amount: Rate
        var packetShare: Double
        var byteShare: Double
        var flows: Int?
        var exactPackets: Bool
        var exactBytes: Bool
    }

    struct Rule: Encodable {
        var rule: String?
        var matched: Rate
        var flows: Int
        var packetShare: Double
        var byteShare: Double
        var forgotten: Tally
        var sampledOut: UInt64
        var beyondFirst: UInt64
        var overBudget: UInt64
        var expired: UInt64
        var selected: Rate
        var options: [Option]?
    }

    struct Tunnel: Encodable {
        var target: String
        var all: Rate
        var selected: Rate
        var notCarried: UInt64
    }

    struct Flow: Encodable {
        var source: IPAddress?
        var destination: IPAddress?
        var sourcePort: UInt16?
        var destinationPort: UInt16?
        var `protocol`: UInt8?
        var amount: Rate
    }

    struct Host: Encodable {
        var address: IPAddress
        var flows: Int
        var amount: Rate
    }

    var event = "ended"
    var reason: String
    var seconds: Double
    var traffic: Rate
    var total: Rule
    var rules: [Rule]
    var tunnels: [Tunnel]
    var topFlows: [Flow]
    var topHosts: [Host]
    var own: Tally
    var evictedFlows: UInt64

    init(_ reason: String, _ answers: PreviewAnswers) {
        let seconds = answers.seconds
        func rate(_ tally: Tally) -> Rate { Rate(Amount(tally), seconds) }
        func rule(_ answer: RuleAnswer, named name: String?) -> Rule {
            let share = Amount(answer.matched).share(of: Amount(answers.traffic))
            let options = answer.estimates.map { estimate in
                let part = estimate.amount.share(of: Amount(answer.matched))
                return Option(
                    option: estimate.option.description, amount: Rate(estimate.amount, seconds),
                    packetShare: part.packets, byteShare: part.bytes, flows: estimate.flows,
                    exactPackets: estimate.hasExactPackets, exactBytes: estimate.hasExactBytes)
            }
            return Rule(
                rule: name, matched: rate(answer.matched), flows: answer.flows, packetShare: share.packets,
                byteShare: share.bytes, forgotten: answer.forgotten, sampledOut: answer.sampledOut,
                beyondFirst: answer.beyondFirst, overBudget: answer.overBudget, expired: answer.expired,
                selected: rate(answer.selected), options: answer.matched.packets > 0 ? options : nil)
        }
        self.reason = reason
        self.seconds = seconds
        traffic = rate(answers.traffic)
        total = rule(answers.total, named: nil)
        rules = answers.rules.map { rule($0, named: $0.rule) }
        tunnels = answers.tunnels.map {
            Tunnel(
                target: $0.target, all: Rate($0.all, seconds), selected: Rate($0.selected, seconds),
                notCarried: $0.notCarried)
        }
        topFlows = answers.topFlows.map {
            Flow(
                source: $0.source, destination: $0.destination, sourcePort: $0.sourcePort,
                destinationPort: $0.destinationPort, protocol: $0.ipProtocol, amount: rate($0.tally))
        }
        topHosts = answers.topHosts.map { Host(address: $0.address, flows: $0.flows, amount: rate($0.tally)) }
        own = answers.own
        evictedFlows = answers.evictedFlows
    }
}
