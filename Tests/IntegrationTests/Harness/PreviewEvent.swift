/// A line that `periscope preview --json` prints; the keys are those of docs/json.md, read independently here.
struct PreviewEvent: Decodable, Sendable {
    struct Rate: Decodable, Sendable {
        var packets: Double
        var bytes: Double
        var packetsPerSecond: Double
        var bitsPerSecond: Double
    }

    struct Option: Decodable, Sendable {
        var option: String
        var amount: Rate
        var packetShare: Double
        var byteShare: Double
        var flows: Int?
        var exactPackets: Bool
        var exactBytes: Bool
    }

    struct Rule: Decodable, Sendable {
        var rule: String?
        var matched: Rate
        var flows: Int
        var packetShare: Double
        var byteShare: Double
        var forgotten: MirrorEvent.Tally
        var sampledOut: Int
        var beyondFirst: Int
        var overBudget: Int
        var expired: Int
        var selected: Rate
        var options: [Option]?

        subscript(_ option: String) -> Option? { options?.first { $0.option == option } }
    }

    struct Tunnel: Decodable, Sendable {
        var target: String
        var all: Rate
        var selected: Rate
        var notCarried: Int
    }

    struct Flow: Decodable, Sendable {
        var source: String?
        var destination: String?
        var sourcePort: Int?
        var destinationPort: Int?
        var `protocol`: Int?
        var amount: Rate
    }

    struct Host: Decodable, Sendable {
        var address: String
        var flows: Int
        var amount: Rate
    }

    /// What only the last event has.
    struct Answers: Sendable {
        var seconds: Double
        var traffic: Rate
        var total: Rule
        var rules: [Rule]
        var tunnels: [Tunnel]
        var topFlows: [Flow]
        var topHosts: [Host]
        var own: MirrorEvent.Tally
    }

    var event: String
    var interface: String?
    var hook: String?
    var samplingSeed: UInt64?
    var messages: [String]?
    var reason: String?
    var seconds: Double?
    private var traffic: Rate?
    private var total: Rule?
    private var rules: [Rule]?
    private var tunnels: [Tunnel]?
    private var topFlows: [Flow]?
    private var topHosts: [Host]?
    private var own: MirrorEvent.Tally?

    var answers: Answers? {
        guard let seconds, let traffic, let total, let rules, let tunnels, let topFlows, let topHosts, let own else {
            return nil
        }
        return Answers(
            seconds: seconds, traffic: traffic, total: total, rules: rules, tunnels: tunnels, topFlows: topFlows,
            topHosts: topHosts, own: own)
    }
}
