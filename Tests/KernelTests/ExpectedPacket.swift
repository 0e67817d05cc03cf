import Packets

/// The whole outer packet of a copy, made without the kernel: what the tunnel program has to send.
struct ExpectedPacket {
    let header: TunnelHeader
    let source: IPAddress
    let destination: IPAddress
    var sourcePort: UInt16 = 0

    /// The packet around `inner`, whose fields are those of the frame that was mirrored.
    func bytes(_ inner: [UInt8], _ fields: PacketFields) throws -> [UInt8] {
        let outer = try OuterHeader(header, source: source, destination: destination, sourcePort: sourcePort)
        var bytes = outer.bytes + inner
        let port = sourcePort == 0 ? fields.flowSourcePort : sourcePort
        let udp = outer.udpOffset
        set(port, in: &bytes, at: udp)
        set(UInt16(bytes.count - udp), in: &bytes, at: udp + 4)
        if case .gue(.data, _) = header {
            bytes[udp + 9] = fields.source?.bitWidth == 32 ? IPProtocol.ipv4 : IPProtocol.ipv6
        }
        let ports = UInt32(port) << 16 | UInt32(bytes[udp + 2]) << 8 | UInt32(bytes[udp + 3])
        let signature = Self.signature(source.folded, destination.folded, ports)
        if source.bitWidth == 32 {
            set(UInt16(bytes.count - 14), in: &bytes, at: 16)
            set(UInt16(truncatingIfNeeded: signature), in: &bytes, at: 18)
            var checksum = InternetChecksum()
            checksum.add(Array(bytes[14..<34]))
            set(checksum.value, in: &bytes, at: 24)
        } else {
            set(UInt16(bytes.count - 54), in: &bytes, at: 18)
            bytes[15] |= UInt8(signature >> 16 & 0xf)
            set(UInt16(truncatingIfNeeded: signature), in: &bytes, at: 16)
            var checksum = InternetChecksum()
            checksum.addPseudoHeader(
                source: source, destination: destination, ipProtocol: IPProtocol.udp, length: bytes.count - udp)
            checksum.add(Array(bytes[udp...]))
            set(checksum.udpValue, in: &bytes, at: udp + 6)
        }
        return bytes
    }

    private func set(_ value: UInt16, in bytes: inout [UInt8], at offset: Int) {
        bytes.replaceSubrange(offset..<offset + 2, with: value.bigEndianBytes)
    }

    /// By which Periscopes know copies: IPv4 carries the lower 16 bits as identification, IPv6 the lower 20 as flow
    /// label. Addresses are folded to 32 bits; `ports` has the source's in its upper half.
    static func signature(_ source: UInt32, _ destination: UInt32, _ ports: UInt32) -> UInt32 {
        var hash: UInt32 = 0x5065_7269 ^ source
        hash = (hash ^ (hash >> 15)) &* 0x85eb_ca6b
        hash ^= destination
        hash = (hash ^ (hash >> 13)) &* 0xc2b2_ae35
        hash ^= ports
        hash = (hash ^ (hash >> 16)) &* 0x27d4_eb2f
        return hash ^ (hash >> 15)
    }
}
