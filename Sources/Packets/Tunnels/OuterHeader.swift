/// The header of a tunnel packet with everything filled in that is the same for every copy.
///
/// Ethernet (14 bytes), IPv4 (20) or IPv6 (40), UDP (8) and the tunnel's own. Left zero, for whoever sends the
/// packet: both Ethernet addresses, the lengths of IP and UDP, identification and all checksums.
/// IPv4: do not fragment, time to live 64. IPv6: hop limit 64.
public struct OuterHeader: Hashable, Sendable {
    /// The whole header.
    public let bytes: [UInt8]

    /// Where the IP header begins.
    public static let networkOffset = Ethernet.headerLength

    /// Where the UDP header begins.
    public let udpOffset: Int

    /// - Parameters:
    ///   - header: The tunnel's header.
    ///   - source: The outer source address.
    ///   - destination: The outer destination address, of the same family.
    ///   - sourcePort: The outer UDP source port; 0 when it is a hash of each copy's flow.
    ///   - destinationPort: The outer UDP destination port; the tunnel's own when nil.
    /// - Throws: `PacketError` of code `header` when the addresses are of different families, or options or
    ///   extensions do not fit.
    public init(
        _ header: TunnelHeader, source: IPAddress, destination: IPAddress, sourcePort: UInt16 = 0,
        destinationPort: UInt16? = nil
    ) throws(PacketError) {
        var bytes = [UInt8](repeating: 0, count: 12)
        switch (source, destination) {
        case (.ipv4, .ipv4):
            bytes += Ethernet.ipv4.bigEndianBytes
            bytes += [0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, IPProtocol.udp, 0, 0]
        case (.ipv6, .ipv6):
            bytes += Ethernet.ipv6.bigEndianBytes
            bytes += [0x60, 0, 0, 0, 0, 0, IPProtocol.udp, 64]
        default:
            throw PacketError(
                .header, "a tunnel from \(source) to \(destination): use two IPv4 or two IPv6 addresses")
        }
        bytes += source.bytes + destination.bytes
        udpOffset = bytes.count
        bytes += sourcePort.bigEndianBytes + (destinationPort ?? header.tunnel.port).bigEndianBytes + [0, 0, 0, 0]
        self.bytes = bytes + (try header.encoded())
    }
}
