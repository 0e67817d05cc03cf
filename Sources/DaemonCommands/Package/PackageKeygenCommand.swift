internal import ArgumentParser
internal import Commands
internal import PackageFormat
internal import Packages

/// `periscope package keygen`: makes a pair of keys.
struct PackageKeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a key that signs packages, and the public key that verifies them.",
        discussion: """
            NAME.key is for you alone: whoever has it can sign packages. NAME.pub goes to the hosts that are to trust \
            them. No file is overwritten.

            EXAMPLES
              periscope package keygen release
              periscope package keygen release --output keys --json
            """)

    @Argument(help: "What the key is called.")
    var name: String

    @Option(help: ArgumentHelp("Where the two files go.", valueName: "directory"))
    var output = "."

    @Flag(help: "Print the result as JSON.")
    var json = false

    private struct Report: Encodable {
        var key: String
        var privateKey: String
        var publicKey: String
    }

    func run() throws {
        let name = try PackageName(name, what: "key")
        let key = PrivateKey()
        try key.write(name: name, to: Directory(making: output))
        let report = Report(
            key: key.publicKey.identifier.text, privateKey: "\(output)/\(name).key", publicKey: "\(output)/\(name).pub")
        if json { return try Output.json(report) }
        try Output.line("\(report.privateKey): the key \(report.key), for you alone")
        try Output.line("\(report.publicKey): for the hosts that are to trust it")
    }
}
