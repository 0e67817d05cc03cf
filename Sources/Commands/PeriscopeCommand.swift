public import ArgumentParser
import Glibc
internal import Mirroring

/// `periscope`: the commands, by noun and verb.
public struct PeriscopeCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "periscope",
        abstract: "Mirror the traffic that matters to where people look at it.",
        discussion: """
            Copies leave in VXLAN, Geneve or GUE, or by an interface of this host; the packets themselves are left as \
            they are. Nothing stays behind when a mirror ends.

            EXAMPLES
              periscope preview eth0 'tcp port 443'
              periscope mirror eth0 'tcp port 443' --to vxlan://10.0.0.9
              periscope collect vxlan --write out.pcapng
              periscope status
              periscope detach --all
              periscope rules check web.yaml
              periscope explain --rules web.yaml --flow '10.1.2.3:5555 -> 10.0.0.1:80 tcp'
              periscope lab run
              periscope package verify limiter.tar.gz --key release.pub
              periscope doctor
            """,
        version: "0.1.0",
        subcommands: [
            MirrorCommand.self, PreviewCommand.self, CollectCommand.self, StatusCommand.self, DetachCommand.self,
            RulesCommand.self, ExplainCommand.self, LabCommand.self, PackageCommand.self, DoctorCommand.self,
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
            Output.error(usageMessage(for: error))
            Glibc.exit(ExitStatus.usage.rawValue)
        } catch {
            let failure = Failure(error)
            Output.error(failure.description)
            Glibc.exit(failure.status.rawValue)
        }
    }

    /// What is wrong with the command line, without the word "Error:", since all that is said there is one.
    private static func usageMessage(for error: any Error) -> String {
        let message = fullMessage(for: error)
        let prefix = "Error: "
        return message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
    }
}
