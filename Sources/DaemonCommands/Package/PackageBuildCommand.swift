internal import ArgumentParser
internal import Commands
internal import PackageFormat
internal import Packages

/// `periscope package build`: makes a package of a directory.
struct PackageBuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Make a package of a directory with a manifest in it.",
        discussion: """
            The manifest, periscope-package.json, says what the package is; its list of files is filled in. All files \
            of the directory go into the package. The same files give the same archive, byte for byte.

            EXAMPLES
              periscope package build limiter/
              periscope package build limiter/ --key release.key --output limiter.tar.gz
            """)

    @Argument(help: "The directory.")
    var directory: String

    @Option(help: ArgumentHelp("The archive to make (default: NAME.tar.gz here).", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Sign it with this private key.", valueName: "file"))
    var key: String?

    @Flag(help: "Replace the archive if it is there already.")
    var replace = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let progress = Progress("building")
        let key = try key.map { path throws(PackageError) in try PrivateKey(file: path) }
        let path = try output ?? PackageFile.usualName(for: directory)
        let inspection = try PackageFile(path).build(from: directory, key: key, replacing: replace)
        progress.end()
        let report = PackageFileReport(path, inspection)
        if json { try Output.json(report) } else { try Output.line(report.summary) }
    }
}
