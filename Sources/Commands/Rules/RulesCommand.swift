internal import ArgumentParser

/// `periscope rules`: what there is to do with rule files.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Check rule files.",
        discussion: """
            EXAMPLES
              periscope rules check web.yaml
            """,
        subcommands: [RulesCheckCommand.self])
}
