extension FrameBuilder {
    /// Puts a TCP segment in the packet.
    ///
    /// - Parameter options: Padded with zeros to a multiple of four bytes, at most 40.
    public func tcp(
        from sourcePort: UInt16, to destinationPort: UInt16, flags: TCPFlags = .ack, sequence: UInt32 = 0,
        acknowledgement: UInt32 = 0, window: UInt16 = 65535, options: [UInt8] = [], payload: [UInt8] = []
    ) -> FrameBuilder {
        let padded = options + [UInt8](repeating: 0, count: -options.count & 3)
        let header =
            sourcePort.bigEndianBytes + destinationPort.bigEndianBytes + sequence.bigEndianBytes
            + acknowledgement.bigEndianBytes
            + [UInt8(truncatingIfNeeded: 5 + padded.count / 4) << 4, flags.rawValue] + window.bigEndianBytes
            + [0, 0, 0, 0] + padded
        return with {
            $0.transport = TransportLayer(
                ipProtocol: IPProtocol.tcp, bytes: header + payload, checksumOffset: 16)
        }
    }

    /// Puts a UDP datagram in the packet; `checksum` false sends none.
    public func udp(
        from sourcePort: UInt16, to destinationPort: UInt16, payload: [UInt8] = [], checksum: Bool = true
    ) -> FrameBuilder {
        let header =
            sourcePort.bigEndianBytes + destinationPort.bigEndianBytes
            + UInt16(truncatingIfNeeded: 8 + payload.count).bigEndianBytes + [0, 0]
        return with {
            $0.transport = TransportLayer(
                ipProtocol: IPProtocol.udp, bytes: header + payload, checksumOffset: checksum ? 6 : nil)
        }
    }

    /// Puts an ICMP message in the packet, or an ICMPv6 one when it is IPv6; `rest` is what follows the checksum.
    public func icmp(type: UInt8, code: UInt8 = 0, rest: [UInt8] = [0, 0, 0, 0]) -> FrameBuilder {
        with {
            $0.transport = TransportLayer(
                ipProtocol: IPProtocol.icmp, bytes: [type, code, 0, 0] + rest, checksumOffset: 2)
        }
    }

    /// Puts these bytes in the packet as the given protocol.
    public func transport(_ ipProtocol: UInt8, _ bytes: [UInt8]) -> FrameBuilder {
        with { $0.transport = TransportLayer(ipProtocol: ipProtocol, bytes: bytes, checksumOffset: nil) }
    }
}

/// What an IP packet carries.
struct TransportLayer: Hashable, Sendable {
    static let none = TransportLayer(ipProtocol: IPProtocol.noNextHeader, bytes: [], checksumOffset: nil)

    var ipProtocol: UInt8
    var bytes: [UInt8]
    /// Where the checksum goes; nil for none.
    var checksumOffset: Int?

    /// The bytes with their checksum between these addresses.
    func encoded(as ipProtocol: UInt8, source: IPAddress, destination: IPAddress) -> [UInt8] {
        guard let checksumOffset else { return bytes }
        var bytes = bytes
        var checksum = InternetChecksum()
        if ipProtocol != IPProtocol.icmp {
            checksum.addPseudoHeader(
                source: source, destination: destination, ipProtocol: ipProtocol, length: bytes.count)
        }
        checksum.add(bytes)
        let value = ipProtocol == IPProtocol.udp ? checksum.udpValue : checksum.value
        bytes.replaceSubrange(checksumOffset..<checksumOffset + 2, with: value.bigEndianBytes)
        return bytes
    }
}
