internal import ArgumentParser
internal import Commands
internal import PackageFormat
internal import Packages

/// `periscope package verify`: says whether a package is whole, and who vouches for it.
struct PackageVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Say whether a package is what somebody trusted has signed.",
        discussion: """
            The exit status is 0 when the manifest is signed by a key that is trusted, and every file is as it says, \
            with nothing besides; else 1. Nothing in the package is run or loaded.

            EXAMPLES
              periscope package verify limiter.tar.gz --key release.pub
              periscope package verify limiter.tar.gz --trust /etc/periscope/keys
            """)

    @Argument(help: "The package's archive, .tar.gz or .zip.")
    var file: String

    @OptionGroup var trusted: PackageTrustOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    private struct Refusal: Encodable {
        var file: String
        var code: PackageError.Code
        var message: String
        var verified = false
    }
    private struct Acceptance: Encodable {
        var file: PackageFileReport
        var verified = true

        func encode(to encoder: any Encoder) throws {
            try file.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(verified, forKey: .verified)
        }
        private enum Key: String, CodingKey { case verified }
    }

    func run() throws {
        let progress = Progress("verifying \(file)")
        let trust = try trusted.store()
        let result = Result { () throws(PackageError) in
            try PackageFile(file).inspect(trust: trust, allowsUnsigned: trusted.allowUnsigned)
        }
        progress.end()
        switch result {
        case .success(let inspection):
            let report = PackageFileReport(file, inspection)
            if json { try Output.json(Acceptance(file: report)) } else { try Output.line(report.summary) }
        case .failure(let error):
            let failure = Failure(error)
            // What is no package at all, or cannot be read, is no answer to the question.
            guard json, failure.status == .failed || error.code == .manifest else { throw failure }
            try Output.json(Refusal(file: file, code: error.code, message: error.message))
            throw ExitCode(failure.status.rawValue)
        }
    }
}
