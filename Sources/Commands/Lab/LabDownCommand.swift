internal import ArgumentParser
internal import Lab

/// `periscope lab down`: removes labs.
struct LabDownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Remove a lab, with all that runs in it.",
        discussion: """
            Without a name it removes the one lab that is up.

            EXAMPLES
              periscope lab down
              periscope lab down demo
              periscope lab down --all
            """)

    @Argument(help: "The lab's name, as 'periscope lab list' shows it.")
    var id: String?

    @Flag(help: "Remove every lab on this machine, also those that others made.")
    var all = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    private struct Report: Encodable { var removed: [String] }

    func validate() throws {
        if all, id != nil { throw ValidationError("Name a lab or take --all, not both.") }
    }

    func run() throws {
        let removed = try chosen(among: Lab.list().map(\.id))
        let progress = Progress("removing \(removed.joined(separator: ", "))")
        try Blocking.run { for id in removed { try await Lab.down(id) } }
        progress.end()
        guard !json else { return try Output.json(Report(removed: removed)) }
        if removed.isEmpty { try Output.line("no lab is up") }
        for id in removed { try Output.line("the lab \(id) is removed") }
    }

    private func chosen(among labs: [String]) throws -> [String] {
        if all { return labs }
        if let id {
            guard labs.contains(id) else {
                let others = labs.isEmpty ? "none is up" : "there are \(labs.joined(separator: ", "))"
                throw Failure(.notFound, "there is no lab \(id); \(others)")
            }
            return [id]
        }
        guard labs.count < 2 else {
            throw Failure(.usage, "several labs are up: name one of \(labs.joined(separator: ", ")), or take --all")
        }
        return labs
    }
}
