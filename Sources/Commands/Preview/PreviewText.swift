internal import Mirroring
internal import Packets
internal import Rules

/// The answers of a preview for people.
struct PreviewText {
    private let answers: PreviewAnswers
    private let configuration: PreviewConfiguration
    private let top: Int
    /// The rules with the most bytes, in their order.
    private let rules: [RuleAnswer]
    private let hiddenRules: Int

    init(_ answers: PreviewAnswers, _ configuration: PreviewConfiguration, top: Int) {
        self.answers = answers
        self.configuration = configuration
        self.top = top
        let matching = answers.rules.enumerated().filter { $0.element.matched.packets > 0 }
        let chosen = matching.sorted { $0.element.matched.bytes > $1.element.matched.bytes }.prefix(max(1, top))
        rules = chosen.sorted { $0.offset < $1.offset }.map(\.element)
        hiddenRules = matching.count - rules.count
    }

    /// Everything.
    var lines: [String] {
        guard answers.total.matched.packets > 0 else { return rates + notes }
        var sections = [rates, options]
        if rules.count > 1 { sections.append(optionsByRule) }
        if configuration.isSelective { sections.append(selected) }
        if !answers.tunnels.isEmpty { sections.append(tunnels) }
        if !answers.topFlows.isEmpty { sections.append(flows) }
        if !answers.topHosts.isEmpty { sections.append(hosts) }
        return Array((sections + [notes]).filter { !$0.isEmpty }.joined(separator: [""]))
    }

    // MARK: Sections

    /// How much each rule matches.
    var rates: [String] {
        let traffic = Amount(answers.traffic)
        let (packets, bits) = traffic.perSecond(over: answers.seconds)
        let direction =
            configuration.direction == .both ? "in both directions" : "at \(configuration.direction.rawValue)"
        let seconds = Int((answers.seconds * 10).rounded())
        let title = heading(
            "\(configuration.interface) \(direction), \(seconds / 10).\(seconds % 10) s: "
                + "\(Metric(packets)) packets/s, \(Metric(bits).text(in: "bit/s"))")
        var table = TextTable(["rule", "packets/s", "bit/s", "flows", "of packets", "of bytes"], leading: 1)
        for answer in rules + (answers.rules.count > 1 || rules.isEmpty ? [answers.total] : []) {
            let (packets, bits) = perSecond(Amount(answer.matched))
            let share = Amount(answer.matched).share(of: traffic)
            table.add([
                answer.rule, packets, bits, "\(answer.flows)", Metric.percent(share.packets),
                Metric.percent(share.bytes),
            ])
        }
        var lines = [title] + indented(table)
        if hiddenRules > 0 { lines.append("  and \(hiddenRules) more rules that matched less; see --top") }
        return lines
    }

    /// What each option would let through of all.
    private var options: [String] {
        var table = TextTable(["", "packets/s", "", "bit/s", ""], leading: 1)
        let all = Amount(answers.total.matched)
        let (packets, bits) = perSecond(all)
        table.add(["everything", packets, Metric.percent(1), bits, Metric.percent(1)])
        for estimate in answers.total.estimates {
            let (packets, bits) = perSecond(estimate.amount)
            let share = estimate.amount.share(of: all)
            table.add([
                estimate.option.description, (estimate.hasExactPackets ? "" : "~") + packets,
                Metric.percent(share.packets), (estimate.hasExactBytes ? "" : "~") + bits, Metric.percent(share.bytes),
            ])
        }
        return [heading("What each option would let through, by itself")] + indented(table)
    }

    /// The bits per second of every option for every rule.
    private var optionsByRule: [String] {
        let options = answers.total.estimates.map(\.option)
        var table = TextTable(
            ["", "everything"]
                + options.map { $0.description.replacing("--", with: "").replacing("sample-by ", with: "") },
            leading: 1)
        for answer in rules {
            let bits = answer.estimates.map { estimate in
                (estimate.hasExactBytes ? "" : "~") + perSecond(estimate.amount).bits
            }
            table.add([answer.rule, perSecond(Amount(answer.matched)).bits] + bits)
        }
        return [heading("The same by rule, in bit/s")] + indented(table)
    }

    /// What the given options let through.
    private var selected: [String] {
        var table = TextTable(
            [
                "rule", "matched", "sampled out", "beyond first", "over budget", "expired", "let through", "packets/s",
                "bit/s",
            ],
            leading: 1)
        for answer in rules + (answers.rules.count > 1 ? [answers.total] : []) {
            let (packets, bits) = perSecond(Amount(answer.selected))
            table.add([
                answer.rule, "\(answer.matched.packets)", "\(answer.sampledOut)", "\(answer.beyondFirst)",
                "\(answer.overBudget)", "\(answer.expired)", "\(answer.selected.packets)", packets, bits,
            ])
        }
        let given = SelectionDescription(configuration.selection).lines.joined(separator: "; ")
        let what = given.isEmpty ? "the selections of the rules" : "the given options (\(given))"
        return [heading("What \(what) let through, packets")] + indented(table)
    }

    private var tunnels: [String] {
        var table = TextTable(
            ["target", "packets/s", "bit/s"]
                + (configuration.isSelective ? ["packets/s as given", "bit/s as given"] : []),
            leading: 1)
        for tunnel in answers.tunnels {
            let (packets, bits) = perSecond(tunnel.all)
            let given = perSecond(tunnel.selected)
            table.add([tunnel.target, packets, bits] + (configuration.isSelective ? [given.packets, given.bits] : []))
        }
        var lines = [heading("What targets would need, outer headers included")] + indented(table)
        for tunnel in answers.tunnels where tunnel.notCarried > 0 {
            lines.append("  \(tunnel.target) cannot carry \(tunnel.notCarried) packets that are not IP")
        }
        return lines
    }

    private var flows: [String] {
        var table = TextTable(["flow", "packets", "bytes", "bit/s"], leading: 1)
        for flow in answers.topFlows {
            table.add([
                FlowText(flow).description, "\(flow.tally.packets)", "\(Metric(flow.tally.bytes))",
                perSecond(Amount(flow.tally)).bits,
            ])
        }
        return [heading("Flows with the most bytes")] + indented(table)
    }

    private var hosts: [String] {
        var table = TextTable(["host", "flows", "packets", "bytes", "bit/s"], leading: 1)
        for host in answers.topHosts {
            table.add([
                host.address.description, "\(host.flows)", "\(host.tally.packets)", "\(Metric(host.tally.bytes))",
                perSecond(Amount(host.tally)).bits,
            ])
        }
        return [heading("Hosts with the most bytes, sent and received")] + indented(table)
    }

    /// What has to be known to read the rest.
    private var notes: [String] {
        var lines: [String] = []
        let total = answers.total
        guard total.matched.packets > 0 else { return ["nothing matched"] + others }
        lines.append("~ is an estimate; flows are drawn with --sample-seed \(configuration.selection.samplingSeed)")
        if total.forgotten.packets > 0 {
            let share = Amount(total.forgotten).share(of: Amount(total.matched))
            lines.append(
                "more flows came than the \(configuration.accounts) that have accounts: those of \(total.forgotten.packets) "
                    + "packets (\(Metric.percent(share.packets))) were forgotten, and what is said of flows is of the others"
            )
        }
        return lines + others
    }

    private var others: [String] {
        var lines: [String] = []
        if answers.own.packets > 0 {
            lines.append("copies of mirrors that came by, not counted: \(answers.own.packets)")
        }
        if answers.evictedFlows > 0 {
            lines.append("flows that the flow table had no room for: \(answers.evictedFlows); see --flows")
        }
        return lines
    }

    // MARK: Form

    private func perSecond(_ amount: Amount) -> (packets: String, bits: String) {
        let (packets, bits) = amount.perSecond(over: answers.seconds)
        return (Metric(packets).description, Metric(bits).description)
    }

    private func indented(_ table: TextTable) -> [String] { table.lines.map { "  " + $0 } }

    private func heading(_ text: String) -> String { Output.isTerminal ? "\u{1b}[1m\(text)\u{1b}[0m" : text }
}
