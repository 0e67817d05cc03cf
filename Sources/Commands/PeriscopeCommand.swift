public import ArgumentParser
import Glibc
internal import Mirroring

/// `periscope`: the commands, by noun and verb.
public struct PeriscopeCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "periscope",
        abstract: "Mirror the traffic that matters to where people look at it.",
        version: "0.1.0",
        subcommands: [
            MirrorCommand.self, CollectCommand.self, StatusCommand.self, DetachCommand.self, RulesCommand.self,
            LabCommand.self, DoctorCommand.self,
        ])

    public init() {}

    /// Runs the command line of this process and ends it with the status that the manual lists.
    public static func run() -> Never {
        if CommandLine.arguments.first == MirrorGuard.processName { MirrorGuard.run(CommandLine.arguments) }
        do {
            var command = try parseAsRoot()
            try command.run()
            Glibc.exit(ExitStatus.success.rawValue)
        } catch is ReaderGone {
            Glibc.exit(ExitStatus.success.rawValue)
        } catch let exit as ExitCode {
            Glibc.exit(exit.rawValue)
        } catch let error where exitCode(for: error) == .success {
            exit(withError: error)
        } catch let error where exitCode(for: error) == .validationFailure {
            Output.error(fullMessage(for: error))
            Glibc.exit(ExitStatus.usage.rawValue)
        } catch {
            let failure = Failure(error)
            Output.error(failure.description)
            Glibc.exit(failure.status.rawValue)
        }
    }
}
