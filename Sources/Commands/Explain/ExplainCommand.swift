internal import ArgumentParser
internal import Expressions
internal import Rules

/// `periscope explain`: says which rule decides on a packet, and why.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say which rule decides on a packet and why, or whether a filter matches it.",
        discussion: """
            Looks packets up in the tables that the kernel would use, and checks them against the rules one by one. \
            Needs no privilege and sends nothing. The exit status is 0 whatever is decided, 64 when the rule file, the \
            filter, the packet or the flow is wrong, 66 when a file cannot be read, and 70 when the tables are wrong.

            EXAMPLES
              periscope explain --rules web.yaml --flow '10.1.2.3:5555 -> 10.0.0.1:80 tcp'
              periscope explain --rules r.yaml --flow '10.1.2.3 -> 10.0.0.1 icmp' --verbose
              periscope explain --rules web.yaml --pcap capture.pcapng --json
              periscope explain --rules web.yaml --packet -
              periscope explain 'tcp port 443' --pcap capture.pcapng
            """)

    @Argument(parsing: .remaining, help: "A filter as tcpdump takes it, instead of rules.")
    var filter: [String] = []

    @Option(help: ArgumentHelp("The rule file (YAML or JSON).", valueName: "file"))
    var rules: String?

    @Option(
        help: ArgumentHelp(
            "A frame in hexadecimal, or a dump of tcpdump -xx, xxd or hexdump -C; - reads it from standard input.",
            valueName: "hex"))
    var packet: String?

    @Option(help: ArgumentHelp("Packets of a capture (pcap, pcapng); - is standard input.", valueName: "file"))
    var pcap: String?

    @Option(
        help: ArgumentHelp(
            "A packet in words: 'A:PORT -> B:PORT PROTOCOL [vlan N] [flags syn,ack] [fragment]'.", valueName: "flow"))
    var flow: String?

    @Option(help: "Which way the packets go, ingress or egress (default: as the capture says, or ingress).")
    var direction: Direction?

    @Option(
        help: ArgumentHelp(
            "The mirror's seed: says of rules that sample flows whether this flow is one.", valueName: "number"))
    var sampleSeed: UInt64?

    @Flag(help: "Tell of every earlier rule why it does not match, and of every packet of a capture.")
    var verbose = false

    @Flag(help: "Print lines of JSON.")
    var json = false

    func validate() throws {
        guard [packet, pcap, flow].compactMap(\.self).count == 1 else {
            throw ValidationError("Say of which packets: one of --packet, --pcap and --flow.")
        }
        if sampleSeed != nil, rules == nil { throw ValidationError("--sample-seed goes with --rules.") }
        if rules != nil, !filter.isEmpty { throw ValidationError("Take a filter or --rules, not both.") }
        if rules == nil, filter.isEmpty { throw ValidationError("Say what to explain: --rules FILE, or a filter.") }
    }

    func run() throws {
        let explainer = try self.explainer()
        let reporter: any ExplanationReporter =
            json
            ? JSONExplanationReporter(explainer: explainer, samplingSeed: sampleSeed)
            : TextExplanationReporter(explainer: explainer, samplingSeed: sampleSeed)
        let isWhole = verbose || pcap == nil
        let scope: Explanation.Scope = verbose ? .everyEarlier : isWhole ? .nearest : .decision
        var summary = ExplanationSummary()
        // What could be read of a damaged capture is told before the damage is.
        let result = Result {
            try source.forEach(direction: direction) { packet in
                let finding = try explainer.finding(packet, scope)
                summary.add(packet, finding)
                try reporter.explained(packet, number: summary.all.packets, finding, isWhole: isWhole)
            }
        }
        if pcap != nil || summary.all.packets > 1 { try reporter.ended(summary) }
        try result.get()
    }

    private var source: PacketSource {
        if let packet { return .hexadecimal(packet) }
        if let pcap { return .capture(path: pcap) }
        return .flow(flow ?? "")
    }

    private func explainer() throws -> Explainer {
        guard let rules else {
            let expression = try Expression(filter.joined(separator: " "))
            guard !expression.readsMetadata else {
                throw Failure(
                    .usage,
                    "the filter asks for the direction or the interface, which only the kernel knows; leave inbound, "
                        + "outbound and ifindex out")
            }
            return .filter(expression)
        }
        let progress = Progress("reading \(rules)")
        defer { progress.end() }
        let file = try RuleFile.load(rules)
        for warning in file.warnings { Output.error(warning.description) }
        return .rules(file.rules, CompiledTable(file.rules))
    }
}
