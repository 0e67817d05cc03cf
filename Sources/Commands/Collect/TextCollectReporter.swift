internal import Collecting
internal import Expressions
internal import Packets

/// For a person: what is listened on, and the totals at the end; on a terminal a table that is drawn anew.
final class TextCollectReporter: CollectReporter {
    private let descriptor: Int32
    private var live: LiveTable

    init(to descriptor: Int32) {
        self.descriptor = descriptor
        live = LiveTable(on: descriptor)
    }

    func listening(_ configuration: CollectorConfiguration, ports: [UInt16]) throws {
        let tunnels = zip(configuration.listeners, ports).map { "\($0.tunnel.rawValue) on UDP port \($1)" }
        var line = "listening for \(tunnels.joined(separator: ", "))"
        switch configuration.output {
        case .none: break
        case .standardOutput: line += "; the capture goes to standard output"
        case .file(let path): line += "; writing \(path)"
        }
        if let filter = configuration.filter { line += "; only packets of \"\(filter.text)\"" }
        if let interface = configuration.deliveryInterface { line += "; delivering to \(interface)" }
        try Output.line(line + "; stop with Ctrl-C", to: descriptor)
    }

    func counters(_ snapshot: CollectorSnapshot) throws {
        guard Output.isTerminal(descriptor) else { return }
        try live.draw(SendersTable(snapshot).lines)
    }

    func writing(_ change: WritingChange, _ snapshot: CollectorSnapshot) throws {
        // A table that is drawn anew says it itself.
        guard !Output.isTerminal(descriptor) else { return }
        let text = change.failure.map { "\($0); packets are counted, and not written" } ?? "packets are written again"
        Output.error(text + "; \(snapshot.notWritten) are not in the capture")
    }

    func ended(_ end: CollectSession.End, _ snapshot: CollectorSnapshot) throws {
        // The last table says what the final one says again.
        if Output.isTerminal(descriptor) { try live.draw([]) }
        for line in SendersTable(snapshot).lines { try Output.line(line, to: descriptor) }
    }
}
