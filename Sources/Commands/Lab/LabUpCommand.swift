internal import ArgumentParser
internal import Lab

/// `periscope lab up`: makes a lab that stays.
struct LabUpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Make a lab and keep it.",
        discussion: """
            Prints the lab's name and how to enter its hosts. It stays until 'periscope lab down'.

            EXAMPLES
              periscope lab up
              periscope lab up --id demo --mtu 1500
            """)

    @Option(help: ArgumentHelp("Call it this: letters and digits (default: a name of its own).", valueName: "id"))
    var id: String?

    @Option(help: ArgumentHelp("Largest packet on the link to the collector, in bytes.", valueName: "bytes"))
    var mtu = 9000

    @Flag(help: "Print the result as JSON.")
    var json = false

    private struct Report: Encodable {
        struct Host: Encodable {
            var name: String
            var namespace: String
            var addresses: [String]
        }
        var id: String
        var hosts: [Host]
    }

    func validate() throws {
        guard (1280...65535).contains(mtu) else {
            throw ValidationError("--mtu \(mtu): IPv6 needs 1280 bytes at least, and 65535 is the most.")
        }
    }

    func run() throws {
        let configuration = LabConfiguration(id: id, collectorMTU: mtu)
        let progress = Progress("making the lab")
        let lab = try Blocking.run {
            // A lab that is half made when the terminal is closed is removed.
            try await Interruption.cancelling(on: Interruption.usual) { try await Lab.up(configuration) }
        }
        progress.end()
        let report = Report(
            id: lab.id,
            hosts: Lab.Host.allCases.map { host in
                .init(
                    name: host.rawValue, namespace: lab.namespace(host).name,
                    addresses: Lab.AddressFamily.allCases.map(host.address))
            })
        guard !json else { return try Output.json(report) }
        try Output.line("the lab \(lab.id) is up; these commands enter its hosts:")
        var table = TextTable(["host", "addresses", "command"])
        for host in report.hosts {
            table.add([host.name, host.addresses.joined(separator: " "), "nsenter --net=/run/netns/\(host.namespace)"])
        }
        for line in table.lines { try Output.line("  " + line) }
        let edge = lab.namespace(.edge).path
        let client = lab.namespace(.client).path
        try Output.line(
            """
            for example:
              nsenter --net=\(edge) periscope mirror eth0 --to vxlan://\(Lab.Host.collector.address(.ipv4))
              nsenter --net=\(client) curl http://\(Lab.Host.edge.address(.ipv4))/small
            take it down:
              periscope lab down \(lab.id)
            """)
    }
}
