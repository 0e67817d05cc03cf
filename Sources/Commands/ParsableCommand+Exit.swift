public import ArgumentParser
import Glibc
internal import Mirroring

extension ParsableCommand {
    /// Runs the command line of this process, of which this is the root, and ends it with the status that the manual
    /// lists.
    public static func runToExit() -> Never {
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
