internal import ArgumentParser
import Glibc
internal import Lab

/// `periscope lab run`: shows mirror and collector at work, with real traffic.
struct LabRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Mirror real traffic in a lab and show what arrives.",
        discussion: """
            Makes a lab, mirrors the edge's interface to the collector by a list of rules, has the client ask for pages \
            and names, shows the counters of both ends, and takes the lab down. What was collected stays in a pcapng \
            file. The exit status is 0 only if every matched packet was received.

            EXAMPLES
              periscope lab run
              periscope lab run --for 5s --write /tmp/demo.pcapng
              periscope lab run --json
            """)

    @Option(help: ArgumentHelp("Write what the collector receives to this pcapng file.", valueName: "file"))
    var write = "periscope-demo.pcapng"

    @Option(name: .customLong("for"), help: ArgumentHelp("How long the client asks.", valueName: "duration"))
    var time = TimeSpan(.seconds(15))

    @Flag(help: "Print events and counters as lines of JSON.")
    var json = false

    func run() throws {
        let path = write.hasPrefix("/") ? write : Self.currentFolder + "/" + write
        let screen: any DemonstrationScreen =
            json ? JSONDemonstrationScreen() : TextDemonstrationScreen()
        let demonstration = Demonstration(capture: path, time: time.duration, screen: screen)
        let outcome = try Blocking.run { try await demonstration.run() }
        try screen.ended(outcome)
        if let complaint = outcome.complaint { throw Failure(.failed, complaint) }
    }

    private static var currentFolder: String {
        guard let folder = getcwd(nil, 0) else { return "" }
        defer { free(folder) }
        return String(cString: folder)
    }
}
