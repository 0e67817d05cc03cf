internal import ArgumentParser
internal import Commands
internal import PackageFormat
internal import Packages

/// `periscope package publish`: puts a package into a repository.
struct PackagePublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Put a package into a repository on this host.",
        discussion: """
            The archive gets its place NAME/VERSION/PLATFORM/ARCHIVE at once or not at all, so that the directory may be \
            served meanwhile by any web server. A version that is there already is not replaced.

            EXAMPLES
              periscope package publish limiter.tar.gz --repository file:///srv/packages
              periscope package publish limiter.tar.gz --repository /srv --platform bookworm
            """)

    @Argument(help: "The package's archive.")
    var file: String

    @Option(help: ArgumentHelp("The repository: file:///DIRECTORY or a directory.", valueName: "address"))
    var repository: String

    @Option(help: ArgumentHelp("For which platform it is, such as bookworm; any: for all.", valueName: "platform"))
    var platform = Platform.any

    @Flag(help: "Make it the version latest, too.")
    var latest = false

    @Flag(help: "Replace another archive of this version; hosts that have that one keep it.")
    var replace = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    private struct Report: Encodable {
        var file: String
        /// What was not there before.
        var published: [String]
    }

    func run() throws {
        let path: String
        if repository.contains("://") {
            let address = try RepositoryAddress(repository)
            guard address.scheme == .file else {
                throw ValidationError(
                    "\(repository): packages are published to files; serve the directory with a web server")
            }
            path = address.path
        } else {
            path = repository
        }
        let published = try PackageFile(file).publish(
            to: path, platform: PackageName(platform, what: "platform"), latest: latest, replacing: replace)
        if json { return try Output.json(Report(file: file, published: published)) }
        for path in published { try Output.line(path) }
        if published.isEmpty { try Output.line("\(file) is published already") }
    }
}
