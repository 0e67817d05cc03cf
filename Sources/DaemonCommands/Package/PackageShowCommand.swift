internal import ArgumentParser
internal import Commands
internal import PackageFormat
internal import Packages

/// `periscope package show`: what a package says of itself.
struct PackageShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what is in a package, whoever signed it.",
        discussion: """
            Packages of L3AF, which have no manifest, are shown by their files.

            EXAMPLES
              periscope package show limiter.tar.gz
              periscope package show l3af_limiter.tar.gz --json
            """)

    @Argument(help: "The package's archive, .tar.gz or .zip.")
    var file: String

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let progress = Progress("reading \(file)")
        let inspection = try PackageFile(file).inspect(trust: TrustStore())
        progress.end()
        let report = PackageFileReport(file, inspection)
        if json { return try Output.json(report) }
        for line in PackageDescription(report).lines { try Output.line(line.printable) }
    }
}
