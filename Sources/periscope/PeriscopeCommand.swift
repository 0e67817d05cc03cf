import ArgumentParser
import Commands

#if Daemon
    import DaemonCommands
#endif

/// `periscope`: the commands of all modules.
@main
struct PeriscopeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "periscope",
        abstract: "Mirror the traffic that matters to where people look at it.",
        discussion: """
            Copies leave in VXLAN, Geneve or GUE, or by an interface of this host; the packets themselves are left as \
            they are. Nothing stays behind when a mirror ends.

            EXAMPLES
              \((TrafficCommands.examples + hostExamples).joined(separator: "\n  "))
            """,
        version: "0.1.0",
        subcommands: TrafficCommands.all + hostCommands)

    #if Daemon
        private static let hostCommands = HostCommands.all
        private static let hostExamples = HostCommands.examples
    #else
        private static let hostCommands: [any ParsableCommand.Type] = []
        private static let hostExamples: [String] = []
    #endif

    static func main() { runToExit() }
}
