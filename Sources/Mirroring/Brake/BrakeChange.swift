/// The event that the brake went from one step to the next.
public struct BrakeChange: Hashable, Sendable, Encodable, CustomStringConvertible {
    /// What was in force.
    public let from: BrakeStep
    /// What is to be in force now.
    public let to: BrakeStep
    /// All that speaks for it, at least one.
    public let reasons: [BrakeReason]

    /// A line for people, such as "brake: shorten: copies are cut to 128 bytes (eth1 dropped 12 packets within 250 ms)".
    public var description: String {
        "brake: \(to) (\(reasons.map(\.description).joined(separator: "; ")))"
    }
}
