internal import ArgumentParser

/// `periscope lab`: a small internet in namespaces, to try Periscope on.
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "A small internet in network namespaces, to try Periscope on.",
        discussion: """
            client - edge - server, and a collector beside the edge: four namespaces joined by veth, with nginx as \
            reverse proxy on the edge, a web server and a DNS server behind it, in IPv4 and IPv6. Nothing outside \
            these namespaces is touched, and several labs can be up at once. Needs root.

            EXAMPLES
              periscope lab run
              periscope lab up
              periscope lab list
              periscope lab down --all
            """,
        subcommands: [LabRunCommand.self, LabUpCommand.self, LabListCommand.self, LabDownCommand.self])
}
