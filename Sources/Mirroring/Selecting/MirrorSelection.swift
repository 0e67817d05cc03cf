public import Rules

/// How much of what a mirror matches is mirrored, and in what form.
public struct MirrorSelection: Hashable, Sendable {
    /// What holds for all rules that do not say otherwise. The budget is that of all copies together, and the end that
    /// of the whole mirror.
    public var common: Selection
    /// Mirrors with the same seed select the same flows, on whatever host.
    public var samplingSeed: UInt64
    /// Shortened copies keep the lengths that IP and UDP said.
    public var keepsLengths: Bool
    /// Whether the mirror steps back while copies do harm on their way.
    public var brakes: Bool
    /// Flows that are known at the same time, for `first`; rounded up to a power of two.
    public var flowLimit: Int

    /// Flows of a table of 1.6 MB.
    public static let usualFlowLimit = 65_536

    public init(
        common: Selection = Selection(), samplingSeed: UInt64 = .random(in: .min ... .max), keepsLengths: Bool = false,
        brakes: Bool = false, flowLimit: Int = MirrorSelection.usualFlowLimit
    ) {
        self.common = common
        self.samplingSeed = samplingSeed
        self.keepsLengths = keepsLengths
        self.brakes = brakes
        self.flowLimit = flowLimit
    }
}

extension Selection {
    /// A rule's selection, with what it takes over from the mirror's. Budgets are not taken over: both are in force.
    func completed(by common: Selection) -> Selection {
        var selection = self
        selection.samplingRate = samplingRate ?? common.samplingRate
        selection.samplingUnit = samplingUnit ?? common.samplingUnit
        selection.first = first ?? common.first
        selection.snapLength = snapLength ?? common.snapLength
        return selection
    }
}
