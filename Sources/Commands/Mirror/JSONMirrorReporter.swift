internal import Mirroring
internal import Netlink

/// One line of JSON for each event; docs/json.md lists them.
struct JSONMirrorReporter: MirrorReporter {
    private struct Event: Encodable {
        var event: String
        var interface: String?
        var direction: String?
        var tap: String?
        var hook: String?
        var pinned: Bool?
        var filter: String?
        var ways: [TargetWay]?
        var rules: [RuleCounters]?
        var own: Tally?
        var evictedFlows: UInt64?
        var samplingSeed: UInt64?
        var brake: BrakeChange?
        var messages: [String]?
        var reason: String?
    }

    func attached(_ mirror: Mirror) throws {
        var event = Event(event: "attached")
        event.interface = mirror.interface.name
        event.direction = mirror.configuration.direction.rawValue
        event.tap = mirror.name
        event.hook = mirror.mechanism
        event.pinned = mirror.configuration.pinned
        event.filter = mirror.configuration.matcher.summary
        event.ways = mirror.ways
        event.samplingSeed = mirror.configuration.selection.samplingSeed
        try Output.json(event)
    }

    func counters(_ counters: MirrorCounters) throws {
        try Output.line(CountersLine.text(counters))
    }

    func replaced(_ matcher: Matcher) throws {
        try Output.json(Event(event: "replaced", filter: matcher.summary))
    }

    func kept(because reason: [String]) throws {
        try Output.json(Event(event: "kept", messages: reason))
    }

    func rerouted(_ ways: [TargetWay]) throws {
        try Output.json(Event(event: "rerouted", ways: ways))
    }

    func warned(_ warnings: [String]) throws {
        try Output.json(Event(event: "warning", messages: warnings))
    }

    func braked(_ change: BrakeChange) throws { try Output.json(Event(event: "brake", brake: change)) }

    func detached(_ end: MirrorSession.End, _ counters: MirrorCounters) throws {
        var event = Event(event: "detached", rules: counters.rules, own: counters.own)
        event.evictedFlows = counters.evictedFlows
        event.reason = end.reason
        try Output.json(event)
    }
}
