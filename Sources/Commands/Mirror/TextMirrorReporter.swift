internal import Mirroring
internal import Netlink

/// For a person: a line for each event, and the totals at the end; on a terminal a table that is drawn anew.
final class TextMirrorReporter: MirrorReporter {
    private var live = LiveTable()

    func attached(_ mirror: Mirror) throws {
        let configuration = mirror.configuration
        try Output.line(
            "mirroring \(configuration.matcher.summary) on \(mirror.interface.name) (\(configuration.direction.rawValue)); "
                + "copies show on \(mirror.name); stop with Ctrl-C")
        for way in mirror.ways { try Output.line("  to " + describe(way)) }
        for line in SelectionDescription(configuration.selection).lines { try Output.line("  " + line) }
    }

    func counters(_ counters: MirrorCounters) throws {
        guard Output.isTerminal else { return }
        try live.draw(CountersTable(counters).lines)
    }

    func replaced(_ matcher: Matcher) throws { try say("now in force: \(matcher.summary)") }

    func kept(because reason: [String]) throws {
        try say((["the old rules stay in force:"] + reason).joined(separator: "\n  "))
    }

    func rerouted(_ ways: [TargetWay]) throws { for way in ways { try say("rerouted: " + describe(way)) } }

    func warned(_ warnings: [String]) throws { for warning in warnings { Output.error(warning) } }

    func braked(_ change: BrakeChange) throws { try say(change.description) }

    func detached(_ end: MirrorSession.End, _ counters: MirrorCounters) throws {
        live.leave()
        try Output.line("\(end.sentence)")
        for line in CountersTable(counters).lines { try Output.line(line) }
    }

    private func say(_ text: String) throws {
        live.leave()
        try Output.line(text)
    }

    private func describe(_ way: TargetWay) -> String {
        if let reason = way.unusable { return "\(way.target): no copies can be sent now (\(reason.rawValue))" }
        let from = way.source.map { " from \($0)" } ?? ""
        return "\(way.target) by \(way.interface)\(from), MTU \(way.mtu)"
    }
}
