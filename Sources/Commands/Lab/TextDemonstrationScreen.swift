import Glibc
internal import Lab
internal import Mirroring
internal import Synchronization

/// For a person: a live table on a terminal, otherwise a line every few seconds; at the end the table and a summary.
final class TextDemonstrationScreen: DemonstrationScreen {
    private struct State {
        var live = LiveTable()
        var lastLine = 0.0
    }

    private let state = Mutex(State())

    func says(_ text: String) throws { try Output.line(text) }

    func shows(_ counters: DemonstrationCounters, seconds: Double) throws {
        try state.withLock { state in
            if Output.isTerminal {
                let clock = "\(Int(seconds)) s: the client asks for pages and names"
                try state.live.draw(DemonstrationTable(counters).lines + ["", clock])
            } else if seconds - state.lastLine >= 3 {
                state.lastLine = seconds
                try Output.line(
                    "\(Int(seconds)) s: matched \(counters.matched.packets), failed \(counters.failed), "
                        + "sent \(counters.sent.packets); received \(counters.received.packets)")
            }
        }
    }

    func ended(_ outcome: Demonstration.Outcome) throws {
        if Output.isTerminal { try state.withLock { try $0.live.draw([]) } }
        for line in DemonstrationTable(outcome.counters).lines { try Output.line(line) }
        let (http, dns) = (outcome.total(.http), outcome.total(.dns))
        let seconds = Int(outcome.seconds.rounded())
        try Output.line(
            """

            the client: \(http.answered) pages and \(dns.answered) names, in IPv4 and IPv6; \
            unanswered \(http.failed + dns.failed)
            the capture: \(outcome.capture) (\(Self.size(of: outcome.capture))); to look at it: wireshark, or tshark -r
            """)
        if outcome.complaint == nil {
            try Output.line(
                "all \(outcome.counters.matched.packets) matched packets were received, none was lost (\(seconds) s)")
        }
    }

    private static func size(of path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "not there" }
        let size = Int(status.st_size)
        return size < 10_000 ? "\(size) bytes" : size < 10_000_000 ? "\(size / 1000) kB" : "\(size / 1_000_000) MB"
    }
}
