internal import Lab
internal import Mirroring

/// One line of JSON for each event; docs/json.md lists them.
struct JSONDemonstrationScreen: DemonstrationScreen {
    private struct Event: Encodable {
        var event: String
        var message: String?
        var seconds: Double?
        var rules: [RuleCounters]?
        var matched: Tally?
        var failed: UInt64?
        var sent: Tally?
        var received: Tally?
        var lost: UInt64?
        var traffic: [TrafficSummary.Line]?
        var capture: String?
        var complaint: String?
    }

    func says(_ text: String) throws { try Output.json(Event(event: "progress", message: text)) }

    func shows(_ counters: DemonstrationCounters, seconds: Double) throws {
        try Output.json(event("counters", counters, seconds: seconds))
    }

    func ended(_ outcome: Demonstration.Outcome) throws {
        var event = event("ended", outcome.counters, seconds: outcome.seconds)
        event.traffic = outcome.traffic
        event.capture = outcome.capture
        event.complaint = outcome.complaint
        try Output.json(event)
    }

    private func event(_ name: String, _ counters: DemonstrationCounters, seconds: Double) -> Event {
        var event = Event(event: name)
        event.seconds = (seconds * 1000).rounded() / 1000
        event.rules = counters.rules
        event.matched = counters.matched
        event.failed = counters.failed
        event.sent = counters.sent
        event.received = counters.received
        event.lost = counters.lost
        return event
    }
}
