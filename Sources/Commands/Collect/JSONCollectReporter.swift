internal import Collecting
internal import Packets

/// One line of JSON for each event; docs/json.md lists them.
struct JSONCollectReporter: CollectReporter {
    private struct Listener: Encodable {
        var tunnel: Tunnel
        var port: UInt16
    }

    private struct Event: Encodable {
        var event: String
        var listeners: [Listener]?
        var write: String?
        var deliver: String?
        var reason: String?
        var seconds: Double?
        var received: UInt64?
        var bytes: UInt64?
        var lost: UInt64?
        var missing: UInt64?
        var reordered: UInt64?
        var duplicated: UInt64?
        var malformed: UInt64?
        var probes: UInt64?
        var written: UInt64?
        var writeFailure: String?
        var senders: [CollectorSnapshot.Sender]?
        var sockets: [CollectorSnapshot.Socket]?
        var delivery: CollectorSnapshot.Delivery?
    }

    private let descriptor: Int32

    init(to descriptor: Int32) { self.descriptor = descriptor }

    func listening(_ configuration: CollectorConfiguration, ports: [UInt16]) throws {
        var event = Event(event: "listening")
        event.listeners = zip(configuration.listeners, ports).map { Listener(tunnel: $0.tunnel, port: $1) }
        event.deliver = configuration.deliveryInterface
        switch configuration.output {
        case .none: break
        case .standardOutput: event.write = "-"
        case .file(let path): event.write = path
        }
        try Output.json(event, to: descriptor)
    }

    func counters(_ snapshot: CollectorSnapshot) throws {
        try Output.json(event("counters", snapshot), to: descriptor)
    }

    func ended(_ end: CollectSession.End, _ snapshot: CollectorSnapshot) throws {
        var event = event("ended", snapshot)
        event.reason = end.rawValue
        try Output.json(event, to: descriptor)
    }

    private func event(_ name: String, _ snapshot: CollectorSnapshot) -> Event {
        var event = Event(event: name)
        // Milliseconds say enough; the clock may have been set back meanwhile.
        event.seconds = Double((max(snapshot.time, snapshot.startTime) - snapshot.startTime) / 1_000_000) / 1000
        event.received = snapshot.received
        event.bytes = snapshot.bytes
        event.lost = snapshot.lost
        if let missing = snapshot.missing {
            event.missing = missing
            event.reordered = snapshot.reordered
            event.duplicated = snapshot.duplicated
        }
        event.malformed = snapshot.malformed
        event.probes = snapshot.probes
        event.written = snapshot.written
        event.writeFailure = snapshot.writeFailure
        event.senders = snapshot.senders
        event.sockets = snapshot.sockets
        event.delivery = snapshot.delivery
        return event
    }
}
