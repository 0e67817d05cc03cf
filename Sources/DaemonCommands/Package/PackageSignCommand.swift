internal import ArgumentParser
internal import Commands
internal import PackageFormat
internal import Packages

/// `periscope package sign`: adds a signature to a package.
struct PackageSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a package.",
        discussion: """
            What is signed is the manifest with the digests of all files. Signatures by other keys stay.

            EXAMPLES
              periscope package sign limiter.tar.gz --key release.key
            """)

    @Argument(help: "The package's archive.")
    var file: String

    @Option(help: ArgumentHelp("The private key.", valueName: "file"))
    var key: String

    @Option(help: ArgumentHelp("Where the signed archive goes (default: in place of the other).", valueName: "file"))
    var output: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let progress = Progress("signing")
        let inspection = try PackageFile(file).sign(
            with: PrivateKey(file: key), output: output.map { PackageFile($0) })
        progress.end()
        let report = PackageFileReport(output ?? file, inspection)
        if json { try Output.json(report) } else { try Output.line(report.summary) }
    }
}
