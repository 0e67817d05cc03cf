public import ArgumentParser
internal import Expressions
public import Mirroring
internal import Rules

/// `periscope mirror`: mirrors selected traffic of an interface until it is interrupted.
struct MirrorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mirror",
        abstract: "Mirror selected packets of an interface to one or several targets.",
        discussion: """
            The filter is written in tcpdump's language (pcap-filter(7)); without one, and without --rules, all \
            packets are mirrored. The packets themselves are left as they are.

            EXAMPLES
              periscope mirror eth0 'tcp port 443' --to vxlan://10.0.0.9
              periscope mirror eth0 --rules web.yaml --watch --to device:ids0
              periscope mirror eth0 --to 'geneve://[2001:db8::9]?vni=7' --pin
              periscope mirror eth0 --sample 1/100 --budget 100Mbit --to gue://10.0.0.9
              periscope mirror eth0 --snaplen headers --for 1h --to geneve://10.0.0.9
              periscope mirror eth0 host 10.1.2.3 --direction ingress --to gue://10.0.0.9
            """)

    @Argument(help: "The interface to mirror.")
    var interface: String

    @Argument(parsing: .remaining, help: "Which packets: a filter as tcpdump takes it.")
    var filter: [String] = []

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Where copies go (repeatable): vxlan://ADDR[:PORT][?vni=N], geneve://ADDR[:PORT][?vni=N], "
                + "gue://ADDR[:PORT][?variant=0|1], device:IFNAME.",
            valueName: "target"))
    var targets: [String] = []

    @Option(help: ArgumentHelp("Take rules from a file (YAML or JSON) instead of a filter.", valueName: "file"))
    var rules: String?

    @Flag(help: "Read the rule file again whenever it changes (SIGHUP does so at any time).")
    var watch = false

    @Option(help: "Which packets are seen: ingress, egress or both.")
    var direction: MirrorDirection = .both

    @OptionGroup(title: "Selection")
    var selecting: SelectionOptions

    @OptionGroup(title: "Selection")
    var ending: EndOptions

    @Flag(help: "Leave the lengths in shortened copies as they were.")
    var keepLengths = false

    @Flag(
        help: "Mirror less while the interface that carries copies drops or queues packets, or a CPU is busy with them."
    )
    var brake = false

    @Option(help: "What happens to copies that exceed the MTU: truncate, drop or allow.")
    var oversize: Oversize = .truncate

    @Option(help: ArgumentHelp("Send copies out of this interface, whatever the routes say.", valueName: "ifname"))
    var via: String?

    @Flag(help: "Leave the mirror running when this command ends; 'periscope detach' removes it.")
    var pin = false

    @Flag(help: "Print events and counters as lines of JSON.")
    var json = false

    func validate() throws {
        if targets.isEmpty { throw ValidationError("Say where copies go: --to vxlan://ADDR, for example.") }
        if rules != nil, !filter.isEmpty { throw ValidationError("Take a filter or --rules, not both.") }
        if watch, rules == nil { throw ValidationError("--watch goes with --rules.") }
    }

    func run() throws {
        // All that can be wrong about the command line is found before anything is touched.
        let targets = try self.targets.map { text in try Target(text) }
        let source = MatcherSource(filter: filter.joined(separator: " "), rules: rules)
        let progress = rules.map { Progress("reading \($0)") }
        let (matcher, warnings) = try source.matcher()
        progress?.end()
        var selection = selecting.mirrorSelection
        selection.common.end = ending.end
        selection.keepsLengths = keepLengths
        selection.brakes = brake
        let configuration = MirrorConfiguration(
            interface: interface, direction: direction, matcher: matcher, selection: selection, targets: targets,
            oversize: oversize, via: via, pinned: pin)
        let reporter: any MirrorReporter = json ? JSONMirrorReporter() : TextMirrorReporter()
        if !warnings.isEmpty { try reporter.warned(warnings.map(\.description)) }
        let session = try MirrorSession(configuration, source, watches: watch, reporter: reporter)
        try session.run()
    }
}

extension MirrorDirection: ExpressibleByArgument {}
extension Oversize: ExpressibleByArgument {}
