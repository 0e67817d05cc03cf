import Packets
import TestSupport

/// A copy as it came to the collector: every layer of the outer packet is checked, and the tunnel taken off.
struct CopyAtCollector: Hashable, Sendable {
    var source: IPAddress
    var destination: IPAddress
    var sourcePort: UInt16
    var tunnel: Tunnel
    var vni: UInt32?
    var link: Decapsulation.Link
    /// The outer IP packet's length.
    var outerLength: Int
    /// What the mirror says of it, where the tunnel has room.
    var metadata: CopyMetadata?
    /// What was mirrored.
    var inner: [UInt8]

    /// Reads a frame; nil when it is no UDP packet to a tunnel's port.
    ///
    /// - Throws: ``Unexpected`` that names what is wrong about a packet to such a port.
    init?(_ frame: [UInt8]) throws {
        let fields = PacketFields(frame: frame)
        guard fields.ipProtocol == IPProtocol.udp, let port = fields.destinationPort,
            let tunnel = Tunnel.allCases.first(where: { $0.port == port }), let source = fields.source,
            let destination = fields.destination, let sourcePort = fields.sourcePort
        else { return nil }
        func check(_ holds: Bool, _ what: String) throws {
            guard holds else { throw Unexpected("\(what): \(hex(frame.prefix(120)))") }
        }
        let header = fields.source?.bitWidth == 32 ? 20 : 40
        let packet = Array(frame[14...])
        if header == 20 {
            try check(packet[0] == 0x45, "outer options")
            try check(word(packet, 2) == packet.count, "outer length \(word(packet, 2)) of \(packet.count)")
            try check(word(packet, 6) == 0x4000, "outer fragmentation \(word(packet, 6))")
            var checksum = InternetChecksum()
            checksum.add(Array(packet[..<20]))
            try check(checksum.value == 0, "outer IPv4 checksum")
        } else {
            try check(word(packet, 4) + 40 == packet.count, "outer length \(word(packet, 4)) of \(packet.count)")
        }
        let datagram = Array(packet[header...])
        try check(word(datagram, 4) == datagram.count, "UDP length \(word(datagram, 4)) of \(datagram.count)")
        if word(datagram, 6) != 0 || header == 40 {
            var checksum = InternetChecksum()
            checksum.addPseudoHeader(
                source: source, destination: destination, ipProtocol: IPProtocol.udp, length: datagram.count)
            checksum.add(datagram)
            try check(checksum.value == 0 && word(datagram, 6) != 0, "outer UDP checksum")
        }
        let payload = Array(datagram[8...])
        guard
            case .packet(let vni, let link, let offset, let metadata) = Decapsulation(
                tunnel, payload: payload.span.bytes)
        else {
            throw Unexpected("no packet in the tunnel: \(hex(frame.prefix(120)))")
        }
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.tunnel = tunnel
        self.vni = vni
        self.link = link
        self.metadata = metadata
        outerLength = packet.count
        inner = Array(payload[offset...])
    }

    /// The copies among frames.
    static func all(in frames: [Capture.Frame]) throws -> [CopyAtCollector] {
        try frames.compactMap { try CopyAtCollector($0.bytes) }
    }
}

/// A big-endian 16-bit number.
func word(_ bytes: [UInt8], _ offset: Int) -> Int { Int(bytes[offset]) << 8 | Int(bytes[offset + 1]) }

/// Bytes for a reader.
func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
