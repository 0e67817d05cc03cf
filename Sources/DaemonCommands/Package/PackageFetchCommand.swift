internal import ArgumentParser
internal import Commands
internal import PackageFetching
internal import PackageFormat
internal import Packages

/// `periscope package fetch`: gets a package as the daemon would.
struct PackageFetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Get a package from a repository, verify it, and keep it unpacked.",
        discussion: """
            Looks for NAME/VERSION/PLATFORM/ARCHIVE in each repository in turn, then for PLATFORM any. What is in the \
            store already is verified again, and only version latest is asked for anew. Nothing is run or loaded.

            EXAMPLES
              periscope package fetch limiter 1.2.0 --repository https://host/ --key a.pub
              periscope package fetch limiter 1.0 --repository file:///srv --allow-unsigned
            """)

    @Argument(help: "The package's name.")
    var name: String

    @Argument(help: "Its version, or latest.")
    var version: String

    @Option(
        help: ArgumentHelp(
            "A repository, file://, http:// or https://; may be given several times.", valueName: "address"))
    var repository: [String]

    @OptionGroup var trusted: PackageTrustOptions

    @Option(
        help: ArgumentHelp(
            "Trust these certificate authorities (PEM) for https, and no others (default: the system's).",
            valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("The platform (default: this host's, such as bookworm).", valueName: "platform"))
    var platform: String?

    @Option(help: ArgumentHelp("The archive's name (default: NAME.tar.gz).", valueName: "name"))
    var artifact: String?

    @Option(help: ArgumentHelp("Where packages are kept.", valueName: "directory"))
    var store = "/var/lib/periscope/packages"

    @Flag(help: "Print the result as JSON.")
    var json = false

    private struct Report: Encodable {
        var path: String
        /// Of the archive.
        var digest: String
        var repository: String
        var platform: String
        var artifact: String
        var downloaded: Bool
        var package: PackageReport
    }

    func run() throws {
        let progress = Progress("fetching \(name) \(version)")
        let repositories = try repository.map { address throws(PackageError) in
            try Repository(
                RepositoryAddress(address), allowsUnsigned: trusted.allowUnsigned, certificateAuthorities: ca)
        }
        let platform =
            try platform.map { name throws(PackageError) in try PackageName(name, what: "platform") }
            ?? Platform.ofThisHost()
        let request = try PackageRequest(name: name, version: version, platform: platform, artifact: artifact)
        let source = try PackageSource(
            .init(repositories: repositories, trust: trusted.store()), store: PackageStore(store),
            http: HTTPDownloader())
        let package = try Blocking.run { try await source.obtain(request) }
        progress.end()
        let report = Report(
            path: package.path, digest: package.digest.description,
            repository: package.origin.repository.description, platform: package.origin.platform.text,
            artifact: package.artifact.text, downloaded: package.wasDownloaded,
            package: PackageReport(package.verification))
        if json { return try Output.json(report) }
        try Output.line(
            "\(report.package.title), sha256 \(report.digest), \(report.package.signature)".printable)
        try Output.line("\(report.downloaded ? "from \(report.repository)" : "in the store already"): \(report.path)")
    }
}
