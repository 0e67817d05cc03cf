import Packets
import TestSupport

/// An IP packet whose lengths and checksums have been found right.
struct IPPacket: Hashable, Sendable {
    var source: IPAddress
    var destination: IPAddress
    var ipProtocol: UInt8
    /// From the transport header on.
    var transport: [UInt8]

    /// Reads a packet and checks it, as a receiver without any offload would.
    ///
    /// - Throws: ``Unexpected`` that names what is wrong.
    init(_ packet: [UInt8]) throws {
        func check(_ holds: Bool, _ what: String) throws {
            guard holds else { throw Unexpected("\(what) in \(packet.count) bytes: \(hex(packet.prefix(100)))") }
        }
        try check(packet.count >= 20, "no IP header")
        let header: Int
        if packet[0] >> 4 == 4 {
            header = Int(packet[0] & 15) * 4
            try check(word(packet, 2) == packet.count, "IPv4 total length \(word(packet, 2))")
            var checksum = InternetChecksum()
            checksum.add(Array(packet[..<header]))
            try check(checksum.value == 0, "IPv4 checksum")
            ipProtocol = packet[9]
        } else {
            header = 40
            try check(packet[0] >> 4 == 6 && packet.count >= 40, "no IPv6 header")
            try check(word(packet, 4) + 40 == packet.count, "IPv6 payload length \(word(packet, 4))")
            ipProtocol = packet[6]
        }
        let fields = PacketFields(
            frame: [UInt8](repeating: 0, count: 12) + (header == 40 ? [0x86, 0xdd] : [8, 0]) + packet)
        guard let source = fields.source, let destination = fields.destination else {
            throw Unexpected("no addresses: \(hex(packet.prefix(60)))")
        }
        self.source = source
        self.destination = destination
        transport = Array(packet[header...])
        if ipProtocol == IPProtocol.tcp || ipProtocol == IPProtocol.udp {
            if ipProtocol == IPProtocol.udp {
                try check(word(transport, 4) == transport.count, "UDP length \(word(transport, 4))")
            }
            var checksum = InternetChecksum()
            checksum.addPseudoHeader(
                source: source, destination: destination, ipProtocol: ipProtocol, length: transport.count)
            checksum.add(transport)
            try check(checksum.value == 0, "transport checksum")
        }
    }

    var sourcePort: Int { word(transport, 0) }
    var destinationPort: Int { word(transport, 2) }
    /// What TCP or UDP carries.
    var payload: [UInt8] {
        Array(transport[(ipProtocol == IPProtocol.tcp ? Int(transport[12] >> 4) * 4 : 8)...])
    }
    /// TCP's sequence number of the first byte.
    var sequenceNumber: UInt32 { transport[4..<8].reduce(0) { $0 << 8 | UInt32($1) } }
    var isSYN: Bool { transport[13] & 2 != 0 }
}

/// A TCP stream put together from its segments.
struct Reassembly {
    private var bytes: [UInt8]
    private var present: [Bool]
    private var first: UInt32?

    /// Room for a stream of this length.
    init(length: Int) {
        bytes = [UInt8](repeating: 0, count: length)
        present = [Bool](repeating: false, count: length)
    }

    /// Adds a segment; the one with SYN comes first.
    mutating func add(_ segment: IPPacket) {
        if segment.isSYN { first = segment.sequenceNumber &+ 1 }
        guard let first, !segment.isSYN else { return }
        let start = Int(segment.sequenceNumber &- first)
        let payload = segment.payload
        guard start <= bytes.count, start + payload.count <= bytes.count else { return }
        bytes.replaceSubrange(start..<start + payload.count, with: payload)
        present.replaceSubrange(start..<start + payload.count, with: repeatElement(true, count: payload.count))
    }

    /// The stream, nil while a byte of it is missing.
    var stream: [UInt8]? { present.allSatisfy { $0 } ? bytes : nil }
}
