/// An IPv4 header (RFC 791 section 3.1) as the frame builder writes it.
struct IPv4Layer: Hashable, Sendable {
    var source: IPAddress
    var destination: IPAddress
    var options: [UInt8]
    var identification: UInt16
    /// In units of eight bytes.
    var fragmentOffset: UInt16
    var moreFragments: Bool
    var timeToLive: UInt8

    /// The packet with `transport` in it, or with what `transport` is cut to by its caller.
    func packet(carrying transport: TransportLayer) -> [UInt8] {
        packet(
            ipProtocol: transport.ipProtocol,
            payload: transport.encoded(as: transport.ipProtocol, source: source, destination: destination))
    }

    func packet(ipProtocol: UInt8, payload: [UInt8]) -> [UInt8] {
        let padded = options + [UInt8](repeating: 0, count: -options.count & 3)
        let words = UInt8(truncatingIfNeeded: 5 + padded.count / 4)
        let length = UInt16(truncatingIfNeeded: 20 + padded.count + payload.count)
        let fragment = fragmentOffset & 0x1fff | (moreFragments ? 0x2000 : 0)
        var header =
            [0x40 | words & 0xf, 0] + length.bigEndianBytes + identification.bigEndianBytes + fragment.bigEndianBytes
            + [timeToLive, ipProtocol, 0, 0] + source.bytes + destination.bytes + padded
        var checksum = InternetChecksum()
        checksum.add(header)
        header.replaceSubrange(10..<12, with: checksum.value.bigEndianBytes)
        return header + payload
    }
}
