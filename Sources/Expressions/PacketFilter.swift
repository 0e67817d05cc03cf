/// A tcpdump filter for packets as captures have them: with an Ethernet header or, out of some tunnels, without.
///
/// An expression that asks about Ethernet, such as `vlan 5`, has no answer for a packet without its header: such
/// packets do not match.
public struct PacketFilter: Hashable, Sendable {
    private let frames: Expression
    private let packets: Expression?

    public var text: String { frames.text }
    /// Whether packets without an Ethernet header can match.
    public var appliesToIPPackets: Bool { packets != nil }

    /// Compiles `text`, as ``Expression`` does.
    ///
    /// - Throws: ``ExpressionError`` with libpcap's own message, or when the expression asks what bytes do not tell.
    public init(_ text: String) throws(ExpressionError) {
        frames = try Expression(text)
        guard !frames.readsMetadata else {
            throw ExpressionError(
                .unsupported, "filter expression asks for inbound, outbound or ifindex, which a received copy has not")
        }
        packets = try? Expression(ipPackets: text)
    }

    /// Whether a packet matches.
    ///
    /// - Parameters:
    ///   - hasEthernet: Whether it begins with an Ethernet header; else with that of IPv4 or IPv6.
    ///   - originalLength: Bytes that it had before it was shortened.
    public func matches(_ packet: RawSpan, hasEthernet: Bool, originalLength: Int? = nil) -> Bool {
        if hasEthernet { return frames.matches(packet, originalLength: originalLength) }
        return packets?.matches(packet, originalLength: originalLength) ?? false
    }
}
