/// Which packets of an interface a mirror sees.
public enum MirrorDirection: String, Hashable, Sendable, CaseIterable, Codable {
    case ingress
    case egress
    case both
}

/// What a mirror is to do.
public struct MirrorConfiguration: Sendable {
    /// The interface whose packets are mirrored.
    public var interface: String
    public var direction: MirrorDirection
    public var matcher: Matcher
    /// How much of what matches is mirrored.
    public var selection: MirrorSelection
    /// Every matched packet goes to each of these.
    public var targets: [Target]
    public var oversize: Oversize
    /// The interface that copies leave by; nil: whichever the routing table says.
    public var via: String?
    /// Whether the mirror goes on when this process ends; one in chains always does.
    public var pinned: Bool
    public var placement: MirrorPlacement

    public init(
        interface: String, direction: MirrorDirection = .both, matcher: Matcher,
        selection: MirrorSelection = MirrorSelection(), targets: [Target], oversize: Oversize = .truncate,
        via: String? = nil, pinned: Bool = false, placement: MirrorPlacement = .interface
    ) {
        self.interface = interface
        self.direction = direction
        self.matcher = matcher
        self.selection = selection
        self.targets = targets
        self.oversize = oversize
        self.via = via
        self.pinned = pinned || placement != .interface
        self.placement = placement
    }
}
