/// Builds Ethernet frames with right lengths and checksums, for tests and for the lab.
///
/// ```swift
/// FrameBuilder().vlan(100).ipv4(from: client, to: server).tcp(from: 40000, to: 443, flags: .syn).frame
/// ```
/// Every step returns a changed copy; a later step of the same layer replaces the earlier one, only VLAN tags
/// add up. What fragments and extension headers say is written as given, right or wrong.
public struct FrameBuilder: Hashable, Sendable {
    /// What follows the Ethernet header and its tags.
    enum Network: Hashable, Sendable {
        case ipv4(IPv4Layer)
        case ipv6(IPv6Layer)
        case other(etherType: UInt16, bytes: [UInt8])
    }

    var source = MACAddress(0x02_00_00_00_00_01)
    var destination = MACAddress(0x02_00_00_00_00_02)
    var tags: [UInt8] = []
    var network = Network.other(etherType: 0xffff, bytes: [])
    var transport = TransportLayer.none

    /// A frame of unknown type and without content.
    public init() {}

    /// Sets the Ethernet addresses.
    public func ethernet(from source: MACAddress, to destination: MACAddress) -> FrameBuilder {
        with {
            $0.source = source
            $0.destination = destination
        }
    }

    /// Adds a VLAN tag inside those that are there.
    public func vlan(_ identifier: UInt16, priority: UInt8 = 0, etherType: UInt16 = Ethernet.vlan) -> FrameBuilder {
        with { $0.tags += etherType.bigEndianBytes + (UInt16(priority) << 13 | identifier & 0xfff).bigEndianBytes }
    }

    /// Makes it an IPv4 packet.
    ///
    /// - Parameters:
    ///   - options: Padded with zeros to a multiple of four bytes, at most 40.
    ///   - fragmentOffset: In units of eight bytes, 0...8191.
    public func ipv4(
        from source: IPAddress, to destination: IPAddress, options: [UInt8] = [], identification: UInt16 = 0,
        fragmentOffset: UInt16 = 0, moreFragments: Bool = false, timeToLive: UInt8 = 64
    ) -> FrameBuilder {
        let layer = IPv4Layer(
            source: source, destination: destination, options: options, identification: identification,
            fragmentOffset: fragmentOffset, moreFragments: moreFragments, timeToLive: timeToLive)
        return with { $0.network = .ipv4(layer) }
    }

    /// Makes it an IPv6 packet with these extension headers.
    public func ipv6(
        from source: IPAddress, to destination: IPAddress, extensions: [IPv6Extension] = [], flowLabel: UInt32 = 0,
        hopLimit: UInt8 = 64
    ) -> FrameBuilder {
        let layer = IPv6Layer(
            source: source, destination: destination, extensions: extensions, flowLabel: flowLabel,
            hopLimit: hopLimit)
        return with { $0.network = .ipv6(layer) }
    }

    /// Makes it an ARP packet for IPv4 over Ethernet (RFC 826): operation 1 asks, 2 answers.
    public func arp(operation: UInt16, from source: IPAddress, to destination: IPAddress) -> FrameBuilder {
        let bytes: [UInt8] =
            [0, 1, 8, 0, 6, 4] + operation.bigEndianBytes + self.source.bytes + source.bytes
            + (operation == 1 ? MACAddress(0) : self.destination).bytes + destination.bytes
        return with { $0.network = .other(etherType: Ethernet.arp, bytes: bytes) }
    }

    /// Makes it a frame of another type with these bytes after the header.
    public func payload(etherType: UInt16, _ bytes: [UInt8]) -> FrameBuilder {
        with { $0.network = .other(etherType: etherType, bytes: bytes) }
    }

    /// The whole frame; not padded to the minimum of Ethernet.
    public var frame: [UInt8] {
        destination.bytes + source.bytes + tags + etherType.bigEndianBytes + packet
    }

    /// What follows the Ethernet header: an IP packet.
    public var packet: [UInt8] {
        switch network {
        case .ipv4(let layer): layer.packet(carrying: transport)
        case .ipv6(let layer): layer.packet(carrying: transport)
        case .other(_, let bytes): bytes
        }
    }

    private var etherType: UInt16 {
        switch network {
        case .ipv4: Ethernet.ipv4
        case .ipv6: Ethernet.ipv6
        case .other(let etherType, _): etherType
        }
    }

    func with(_ change: (inout FrameBuilder) -> Void) -> FrameBuilder {
        var copy = self
        change(&copy)
        return copy
    }
}
