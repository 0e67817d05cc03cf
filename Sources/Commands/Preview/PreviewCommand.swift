internal import ArgumentParser
internal import Mirroring
internal import Rules

/// `periscope preview`: says what a mirror would do, and sends nothing.
struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Say what a mirror would match, let through and need; nothing is sent.",
        discussion: """
            Runs the programs of a mirror on the interface for a while, without any copy, and says how much each rule \
            matches, what each option would let through of it, whose it is, and the bandwidth that tunnels would need. \
            With options of a selection it also says what they let through together.

            EXAMPLES
              periscope preview eth0
              periscope preview eth0 'tcp port 443' --to vxlan://10.0.0.9 --for 1m
              periscope preview eth0 --rules web.yaml --top 20 --json
              periscope preview eth0 --sample 1/100 --sample-by flow --snaplen headers
            """)

    @Argument(help: "The interface to look at.")
    var interface: String

    @Argument(parsing: .remaining, help: "Which packets: a filter as tcpdump takes it.")
    var filter: [String] = []

    @Option(help: ArgumentHelp("Take rules from a file (YAML or JSON) instead of a filter.", valueName: "file"))
    var rules: String?

    @Option(
        name: .customLong("for"), help: ArgumentHelp("Look for so long: 10s, 10m, 1h30m.", valueName: "duration"))
    var time = TimeSpan(.seconds(10))

    @Option(help: "Which packets are seen: ingress, egress or both.")
    var direction: MirrorDirection = .both

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Say what bandwidth copies to this target would need (repeatable); nothing is sent there.",
            valueName: "target"))
    var targets: [String] = []

    @Option(help: ArgumentHelp("How many flows and hosts, and rules in tables, are shown.", valueName: "n"))
    var top = 10

    @OptionGroup(title: "Selection")
    var selecting: SelectionOptions

    @Flag(help: "Print the answers as lines of JSON.")
    var json = false

    func validate() throws {
        if rules != nil, !filter.isEmpty { throw ValidationError("Take a filter or --rules, not both.") }
        guard (0...10_000).contains(top) else { throw ValidationError("--top takes 0 to 10000.") }
    }

    func run() throws {
        let targets = try self.targets.map { text in try Target(text) }
        let source = MatcherSource(filter: filter.joined(separator: " "), rules: rules)
        let progress = rules.map { Progress("reading \($0)") }
        let (matcher, warnings) = try source.matcher()
        progress?.end()
        let configuration = PreviewConfiguration(
            interface: interface, direction: direction, matcher: matcher, selection: selecting.mirrorSelection,
            targets: targets)
        let reporter: any PreviewReporter = json ? JSONPreviewReporter() : TextPreviewReporter(top: top)
        if !warnings.isEmpty { try reporter.warned(warnings.map(\.description)) }
        try PreviewSession(configuration, time: time.duration, top: top, reporter: reporter).run()
    }
}
