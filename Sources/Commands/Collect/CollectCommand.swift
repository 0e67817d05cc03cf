internal import CLinux
internal import ArgumentParser
internal import Collecting
internal import Expressions
import Glibc
internal import Packets

/// `periscope collect`: receives copies, takes the tunnel off, counts, writes and delivers them.
struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Receive mirrored packets and write them to a capture.",
        discussion: """
            Takes copies out of VXLAN, Geneve and GUE, several at once, and counts them by sender. The capture is \
            pcapng with nanosecond time: one interface for each sender, tunnel and VNI. No privilege is needed for \
            ports above 1023; --deliver needs CAP_NET_RAW.

            EXAMPLES
              periscope collect vxlan --write out.pcapng
              periscope collect vxlan geneve gue:6635 --for 10m
              periscope collect vxlan --write - | wireshark -k -i -
              periscope collect geneve --write ring.pcapng --rotate-size 100M --keep 20
              periscope collect geneve --deliver ids0 --filter 'tcp port 443'
              periscope collect geneve --report 10s --report-to report.json
            """)

    @Argument(
        help: ArgumentHelp(
            "What to listen for: vxlan, geneve or gue, on the tunnel's own UDP port or another; port 0 is any free one.",
            valueName: "tunnel[:port]"),
        transform: { try TunnelPort($0) })
    var tunnels: [TunnelPort]

    @Option(help: ArgumentHelp("Write packets to this pcapng file; - is standard output.", valueName: "file"))
    var write: String?

    @Option(
        help: ArgumentHelp(
            "The time of packets in the capture: when they came, or when they were mirrored.",
            valueName: "arrival|mirror"))
    var timestamps = PacketTime.arrival

    @Option(help: ArgumentHelp("Go on in another file before one gets larger: 100M, 1G.", valueName: "size"))
    var rotateSize: FileSize?

    @Option(help: ArgumentHelp("Go on in another file after this time: 10m, 1h.", valueName: "duration"))
    var rotateTime: TimeSpan?

    @Option(help: ArgumentHelp("Keep this many files, and remove older ones of these names.", valueName: "number"))
    var keep: Int?

    @Option(
        help: ArgumentHelp(
            "Send packets, out of the tunnel, to this interface; it is made if it is not there.", valueName: "ifname"))
    var deliver: String?

    @Option(
        help: ArgumentHelp(
            "Write and deliver only packets that match, in tcpdump's language; all are counted.",
            valueName: "expression"))
    var filter: String?

    @Option(help: ArgumentHelp("End after this many packets that the filter lets through.", valueName: "number"))
    var count: UInt64?

    @Option(
        name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 10m, 1h30m.", valueName: "duration"))
    var time: TimeSpan?

    @Option(help: ArgumentHelp("Also report the counters as JSON, this often.", valueName: "duration"))
    var report: TimeSpan?

    @Option(help: ArgumentHelp("Add reports to this file instead of standard error.", valueName: "file"))
    var reportTo: String?

    @Option(
        help: ArgumentHelp(
            "Threads that receive for each tunnel (default: one for each CPU that it may use, at most 8).",
            valueName: "number"))
    var threads: Int?

    @Flag(
        help: "Print events and counters as lines of JSON (on standard error when the capture goes to standard output)."
    )
    var json = false

    func validate() throws {
        if count == 0 { throw ValidationError("--count 0 would end before it began; leave it out for no limit.") }
        if tunnels.isEmpty { throw ValidationError("Say what to listen for: vxlan, geneve or gue.") }
        let ports = tunnels.map(\.port).filter { $0 != 0 }
        if let twice = ports.first(where: { port in ports.count { $0 == port } > 1 }) {
            throw ValidationError("Port \(twice) is named twice; each tunnel needs a port of its own.")
        }
        if rotateSize != nil || rotateTime != nil {
            guard let write, write != "-" else {
                throw ValidationError("--rotate-size and --rotate-time need a file to go on from: --write FILE.")
            }
        } else if keep != nil {
            throw ValidationError("--keep goes with --rotate-size or --rotate-time: it says how many files stay.")
        }
        if let keep, keep < 1 { throw ValidationError("--keep \(keep) would keep nothing; write a number from 1 on.") }
        if let rotateTime, rotateTime.duration < .seconds(1) {
            throw ValidationError("--rotate-time \(rotateTime) is less than a second.")
        }
        if let report, report.duration < .seconds(1) {
            throw ValidationError("--report \(report) is less than a second.")
        }
        if report == nil, reportTo != nil { throw ValidationError("--report-to needs --report DURATION.") }
        if let threads, !(1...64).contains(threads) {
            throw ValidationError("--threads \(threads): write a number from 1 to 64.")
        }
        if write?.isEmpty == true { throw ValidationError("--write needs a file name, or - for standard output.") }
    }

    func run() throws {
        let toStandardOutput = write == "-"
        if toStandardOutput, Output.isTerminal {
            throw Failure(.usage, "standard output is a terminal: pipe the capture, for example | wireshark -k -i -")
        }
        let output: CollectorConfiguration.Output =
            if toStandardOutput { .standardOutput } else if let write { .file(write) } else { .none }
        var configuration = CollectorConfiguration(
            listeners: tunnels.map { .init($0.tunnel, port: $0.port) }, output: output, deliveryInterface: deliver,
            packetLimit: count, duration: time?.duration)
        configuration.timestamps = timestamps.configuration
        if rotateSize != nil || rotateTime != nil {
            configuration.rotation = .init(size: rotateSize?.bytes, time: rotateTime?.duration, keep: keep)
        }
        configuration.filter = try packetFilter()
        configuration.threads = threads ?? min(8, max(1, Int(linux_allowed_processors())))
        // Nothing but the capture goes where the capture goes.
        let descriptor = toStandardOutput ? STDERR_FILENO : STDOUT_FILENO
        let reporter: any CollectReporter =
            json ? JSONCollectReporter(to: descriptor) : TextCollectReporter(to: descriptor)
        try CollectSession(configuration, reporter: reporter, report: try periodicReport(descriptor)).run()
    }

    private func packetFilter() throws -> PacketFilter? {
        guard let filter else { return nil }
        let compiled: PacketFilter
        do { compiled = try PacketFilter(filter) } catch { throw Failure(.usage, "--filter: \(error.description)") }
        guard compiled.appliesToIPPackets || tunnels.contains(where: { $0.tunnel != .gue }) else {
            throw Failure(.usage, "--filter: \"\(filter)\" asks about Ethernet, which packets out of GUE have not")
        }
        return compiled
    }

    private func periodicReport(_ shown: Int32) throws -> PeriodicReport? {
        guard let report else { return nil }
        if reportTo == nil, !json, Output.isTerminal(STDERR_FILENO), Output.isTerminal(shown) {
            throw Failure(
                .usage, "reports would go into the table on this terminal: add --report-to FILE, or redirect 2> FILE")
        }
        return try PeriodicReport(every: report, to: reportTo)
    }
}
