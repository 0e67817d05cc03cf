internal import ArgumentParser
internal import Mirroring

/// `periscope detach`: ends mirrors, whoever runs them.
struct DetachCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detach",
        abstract: "End mirrors: of an interface, by name, or all of them.",
        discussion: """
            Ends mirrors that run as well as pinned ones, in this network namespace, and removes what they made.

            EXAMPLES
              periscope detach eth0
              periscope detach periscope0
              periscope detach --all
            """)

    @Argument(help: "An interface that is mirrored, or a mirror's name as 'periscope status' shows it.")
    var names: [String] = []

    @Flag(help: "End every mirror of this network namespace.")
    var all = false

    @Flag(help: "Print the mirrors that were ended, with their last counters, as JSON.")
    var json = false

    private struct Report: Encodable { var detached: [MirrorStatus] }

    func validate() throws {
        if names.isEmpty, !all { throw ValidationError("Name an interface or a mirror, or take --all.") }
        if !names.isEmpty, all { throw ValidationError("Take names or --all, not both.") }
    }

    func run() throws {
        let registry = MirrorRegistry()
        var detached: [MirrorStatus] = []
        for record in try chosen(among: registry.records()) {
            // Read before the end, because with the mirror its counters are gone.
            let status = MirrorStatus(record)
            let progress = Progress("ending \(record.name)")
            try registry.detach(record)
            progress.end()
            detached.append(status)
            guard !json else { continue }
            let counters = status.counters.map {
                let matched = $0.rules.reduce(0) { $0 + $1.matched.packets }
                let sent = $0.rules.flatMap(\.targets).reduce(0) { $0 + $1.sent.packets }
                return "; matched \(matched), sent \(sent)"
            }
            try Output.line("\(record.interface) is not mirrored by \(record.name) any more\(counters ?? "")")
        }
        if json { try Output.json(Report(detached: detached)) }
        if !json, detached.isEmpty { try Output.line("nothing is mirrored in this network namespace") }
    }

    private func chosen(among all: [MirrorRecord]) throws -> [MirrorRecord] {
        let here = all.filter { $0.networkNamespace == MirrorRegistry.ownNamespace }
        guard !self.all else { return here }
        func matches(_ record: MirrorRecord, _ name: String) -> Bool { record.interface == name || record.name == name }
        for name in names where !here.contains(where: { matches($0, name) }) {
            let foreign = MirrorRegistry.visible.flatMap { $0.records() }
                .first { matches($0, name) && $0.networkNamespace == MirrorRegistry.ownNamespace }
            if let foreign {
                throw Failure(
                    .notPermitted, "\(name) is mirrored by \(foreign.user.printable); run this command as that user")
            }
            if all.contains(where: { matches($0, name) }) {
                throw Failure(
                    .notFound,
                    "\(name) is mirrored in another network namespace; run this command there (nsenter --net=)")
            }
            throw Failure(
                .notFound, "nothing mirrors \(name) here, and no mirror has that name; see 'periscope status'")
        }
        return here.filter { record in names.contains { matches(record, $0) } }
    }
}
