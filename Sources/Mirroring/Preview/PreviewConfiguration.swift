import Rules

/// What a preview is to look at.
public struct PreviewConfiguration: Sendable {
    /// The interface whose packets are looked at.
    public var interface: String
    public var direction: MirrorDirection
    public var matcher: Matcher
    /// The selection that is tried out.
    public var selection: MirrorSelection
    /// Where copies would go: nothing is sent there, but budgets are charged for their headers.
    public var targets: [Target]
    /// Flows that have accounts at the same time, each for every rule that matches it.
    public var accounts: Int

    /// Accounts of 160 bytes each: 42 MB.
    public static let usualAccounts = 262_144

    public init(
        interface: String, direction: MirrorDirection = .both, matcher: Matcher,
        selection: MirrorSelection = MirrorSelection(), targets: [Target] = [],
        accounts: Int = PreviewConfiguration.usualAccounts
    ) {
        self.interface = interface
        self.direction = direction
        self.matcher = matcher
        self.selection = selection
        self.targets = targets
        self.accounts = accounts
    }

    /// Whether any option or rule leaves something out, or shortens it.
    public var isSelective: Bool {
        guard selection.common.isEverything else { return true }
        guard case .rules(let list) = matcher else { return false }
        return list.rules.contains { !$0.selection.isEverything }
    }
}
