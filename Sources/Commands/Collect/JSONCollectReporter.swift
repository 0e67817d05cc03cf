internal import Collecting
internal import Expressions

/// One line of JSON for each event.
struct JSONCollectReporter: CollectReporter {
    private let descriptor: Int32

    init(to descriptor: Int32) { self.descriptor = descriptor }

    func listening(_ configuration: CollectorConfiguration, ports: [UInt16]) throws {
        var event = CollectEvent("listening")
        event.listeners = zip(configuration.listeners, ports).map { .init(tunnel: $0.tunnel, port: $1) }
        event.threads = configuration.threads
        event.deliver = configuration.deliveryInterface
        event.filter = configuration.filter?.text
        switch configuration.output {
        case .none: break
        case .standardOutput: event.write = "-"
        case .file(let path): event.write = path
        }
        try Output.json(event, to: descriptor)
    }

    func counters(_ snapshot: CollectorSnapshot) throws {
        try Output.json(CollectEvent("counters", snapshot), to: descriptor)
    }

    func writing(_ change: WritingChange, _ snapshot: CollectorSnapshot) throws {
        var event = CollectEvent(change.isResumed ? "write-resumed" : "write-failed")
        event.written = snapshot.written
        event.notWritten = snapshot.notWritten
        event.writeFailure = change.failure
        try Output.json(event, to: descriptor)
    }

    func ended(_ end: CollectSession.End, _ snapshot: CollectorSnapshot) throws {
        var event = CollectEvent("ended", snapshot)
        event.reason = end.rawValue
        try Output.json(event, to: descriptor)
    }
}
