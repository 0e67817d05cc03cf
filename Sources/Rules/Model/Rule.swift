public import Packets

/// One line of a rule list: what a packet has to look like, and what becomes of it then.
///
/// A field that is empty (or `nil`) is not named and accepts every packet, also one that has no such field. A field
/// that is named accepts only packets that have it: ports are missing from later fragments and from ICMP, addresses
/// from ARP. Several values in one field mean any of them; several fields mean all of them.
public struct Rule: Hashable, Sendable {
    /// What happens to a packet whose first matching rule this is.
    public enum Action: UInt32, Hashable, Sendable, CaseIterable {
        /// No copy is made; later rules are not asked.
        case skip = 0
        /// A copy is sent.
        case mirror = 1
    }

    /// The name under which counters report the rule; unique in its list.
    public var name: String
    public var action: Action
    /// Networks of the source address; those of one family never accept the other.
    public var sources: [CIDR]
    /// Networks of the destination address.
    public var destinations: [CIDR]
    /// Source ports of TCP, UDP, UDP-Lite, SCTP and DCCP.
    public var sourcePorts: [ClosedRange<UInt16>]
    /// Destination ports.
    public var destinationPorts: [ClosedRange<UInt16>]
    /// IP protocol numbers; for IPv6 the number after the extension headers.
    public var protocols: [UInt8]
    /// The outermost VLAN tag.
    public var vlans: [VLANSelector]
    /// TCP flags; naming any accepts TCP packets only.
    public var tcpFlags: TCPFlagsSelector?
    /// `nil`: both directions.
    public var direction: Direction?
    /// How much of the matched packets is mirrored.
    public var selection: Selection

    public init(
        name: String, action: Action = .mirror, sources: [CIDR] = [], destinations: [CIDR] = [],
        sourcePorts: [ClosedRange<UInt16>] = [], destinationPorts: [ClosedRange<UInt16>] = [],
        protocols: [UInt8] = [], vlans: [VLANSelector] = [], tcpFlags: TCPFlagsSelector? = nil,
        direction: Direction? = nil, selection: Selection = Selection()
    ) {
        self.name = name
        self.action = action
        self.sources = sources
        self.destinations = destinations
        self.sourcePorts = sourcePorts
        self.destinationPorts = destinationPorts
        self.protocols = protocols
        self.vlans = vlans
        self.tcpFlags = tcpFlags
        self.direction = direction
        self.selection = selection
    }
}
