public import Packets

/// Where copies go.
///
/// Written as `vxlan://ADDR[:4789][?vni=N]`, `geneve://ADDR[:6081][?vni=N]`, `gue://ADDR[:6080][?variant=0|1]`, each
/// with `source-port=N` if wanted
/// and Geneve and GUE variant 0 with `metadata=off`, or `device:IFNAME`. An IPv6 address with a port stands in brackets.
public struct Target: Hashable, Sendable, CustomStringConvertible {
    public enum Destination: Hashable, Sendable {
        /// A tunnel to an address and UDP port; a source port of 0 is a hash of each copy's flow.
        case tunnel(TunnelHeader, IPAddress, port: UInt16, sourcePort: UInt16)
        /// The bare frame, out of a local interface.
        case device(String)
    }

    public let destination: Destination
    /// Whether copies carry metadata: where the tunnel has room for them, unless the target says `metadata=off`.
    public let carriesMetadata: Bool
    /// The target as it was written.
    public let description: String

    /// Reads a target.
    /// - Throws: ``MirrorError`` of code `usage` that names the part which is wrong.
    public init(_ text: String) throws(MirrorError) {
        description = text
        (destination, carriesMetadata) = try TargetParser(text).read()
    }

    /// The address copies are sent to; nil for a local interface.
    public var address: IPAddress? {
        if case .tunnel(_, let address, _, _) = destination { address } else { nil }
    }
}
