internal import ArgumentParser
internal import Lab

/// `periscope lab list`: the labs of this machine.
struct LabListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the labs that are up, or left over.",
        discussion: """
            EXAMPLES
              periscope lab list
              periscope lab list --json
            """)

    @Flag(help: "Print the list as JSON.")
    var json = false

    private struct Report: Encodable {
        struct Entry: Encodable {
            var id: String
            var hosts: [String]
            var processes: [Int32]
        }
        var labs: [Entry]
    }

    func run() throws {
        let labs = Lab.list()
        guard !json else {
            return try Output.json(
                Report(labs: labs.map { .init(id: $0.id, hosts: $0.hosts, processes: $0.processes) }))
        }
        guard !labs.isEmpty else { return try Output.line("no lab is up") }
        var table = TextTable(["lab", "hosts", "processes"])
        for lab in labs { table.add([lab.id, lab.hosts.joined(separator: " "), "\(lab.processes.count)"]) }
        for line in table.lines { try Output.line(line) }
    }
}
