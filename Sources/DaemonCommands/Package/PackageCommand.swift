internal import ArgumentParser

/// `periscope package`: packages of eBPF programs, for those who make them and those who try them.
struct PackageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package",
        abstract: "Build, sign, publish, fetch and verify packages of eBPF programs.",
        discussion: """
            A package is a .tar.gz with programs and a signed list of what is in it.

            EXAMPLES
              periscope package keygen release
              periscope package build limiter/ --key release.key
              periscope package verify limiter.tar.gz --key release.pub
              periscope package publish limiter.tar.gz --repository /srv/packages --latest
              periscope package fetch limiter latest --repository https://host/ --key a.pub
            """,
        subcommands: [
            PackageBuildCommand.self, PackageSignCommand.self, PackageVerifyCommand.self, PackagePublishCommand.self,
            PackageFetchCommand.self, PackageShowCommand.self, PackageKeygenCommand.self,
        ])
}
