internal import ArgumentParser
internal import Collecting
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
              periscope collect geneve --deliver ids0 --json
            """)

    @Argument(
        help: ArgumentHelp(
            "What to listen for: vxlan, geneve or gue, on the tunnel's own UDP port or another; port 0 is any free one.",
            valueName: "tunnel[:port]"),
        transform: { try TunnelPort($0) })
    var tunnels: [TunnelPort]

    @Option(help: ArgumentHelp("Write packets to this pcapng file; - is standard output.", valueName: "file"))
    var write: String?

    @Option(help: ArgumentHelp("Send packets, out of the tunnel, to this interface.", valueName: "ifname"))
    var deliver: String?

    @Option(help: ArgumentHelp("End after this many packets.", valueName: "number"))
    var count: UInt64?

    @Option(
        name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 10m, 1h30m.", valueName: "duration"))
    var time: TimeSpan?

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
        if write?.isEmpty == true { throw ValidationError("--write needs a file name, or - for standard output.") }
    }

    func run() throws {
        let toStandardOutput = write == "-"
        if toStandardOutput, Output.isTerminal {
            throw Failure(.usage, "standard output is a terminal: pipe the capture, for example | wireshark -k -i -")
        }
        let output: CollectorConfiguration.Output =
            if toStandardOutput { .standardOutput } else if let write { .file(write) } else { .none }
        let configuration = CollectorConfiguration(
            listeners: tunnels.map { .init($0.tunnel, port: $0.port) }, output: output, deliveryInterface: deliver,
            packetLimit: count, duration: time?.duration)
        // Nothing but the capture goes where the capture goes.
        let descriptor = toStandardOutput ? STDERR_FILENO : STDOUT_FILENO
        let reporter: any CollectReporter =
            json ? JSONCollectReporter(to: descriptor) : TextCollectReporter(to: descriptor)
        try CollectSession(configuration, reporter: reporter).run()
    }
}
