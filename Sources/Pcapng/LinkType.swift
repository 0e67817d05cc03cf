/// How the packets of an interface begin (tcpdump.org "Link-layer header types").
public struct LinkType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// LINKTYPE_ETHERNET: with destination, source and EtherType.
    public static let ethernet = LinkType(rawValue: 1)
    /// LINKTYPE_RAW: IPv4 or IPv6, as the first four bits say.
    public static let raw = LinkType(rawValue: 101)
}
