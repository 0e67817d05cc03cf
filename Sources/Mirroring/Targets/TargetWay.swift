import Packets

/// How copies get to a target at this moment.
public struct TargetWay: Hashable, Sendable, Codable {
    public let target: String
    /// The interface that copies leave by.
    public let interface: String
    /// Outer source address; nil for a target that is an interface, or without a route.
    public let source: String?
    /// Largest outer IP packet, in bytes.
    public let mtu: UInt32
    /// Why no copy can be sent now.
    public let unusable: FailureReason?

    init(_ target: Target, _ route: TargetRoute) {
        self.target = target.description
        interface = route.interfaceName
        source = route.source?.description
        mtu = route.mtu
        unusable = route.unusable
    }
}
