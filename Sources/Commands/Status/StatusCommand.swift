internal import ArgumentParser
internal import Mirroring

/// `periscope status`: what is mirrored on this host.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is mirrored on this host, by whom, since when, and the counters.",
        discussion: """
            Counters of mirrors that others run can be read with CAP_SYS_ADMIN only. What a mirror left whose process \
            was killed, or that was pinned and whose time is over, is removed.

            EXAMPLES
              periscope status
              periscope status --all --json
            """)

    @Flag(help: "Show mirrors of all network namespaces, not only of this one.")
    var all = false

    @Flag(help: "Print the mirrors as JSON.")
    var json = false

    private struct Report: Encodable { var mirrors: [MirrorStatus] }

    func run() throws {
        var mirrors: [MirrorStatus] = []
        for registry in MirrorRegistry.visible {
            for record in registry.records() {
                let status = MirrorStatus(record)
                guard all || status.isHere else { continue }
                mirrors.append(status)
                // Of other namespaces' mirrors the next mirror there cleans up.
                if status.state == .ended || status.state == .expired, status.isHere, registry.isOwn {
                    try? registry.detach(record)
                }
            }
        }
        if json { try Output.json(Report(mirrors: mirrors)) } else { try show(mirrors) }
    }

    private func show(_ mirrors: [MirrorStatus]) throws {
        guard !mirrors.isEmpty else {
            return try Output.line(all ? "nothing is mirrored" : "nothing is mirrored in this network namespace")
        }
        for (index, mirror) in mirrors.enumerated() {
            if index > 0 { try Output.line("") }
            for line in MirrorDescription(mirror).lines { try Output.line(line.printable) }
        }
    }
}
