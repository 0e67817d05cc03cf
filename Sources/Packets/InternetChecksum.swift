/// The checksum of IPv4, TCP, UDP and ICMP: the ones' complement of the ones' complement sum of 16-bit words
/// in network byte order (RFC 1071).
public struct InternetChecksum: Hashable, Sendable {
    private var sum: UInt64 = 0

    /// The sum of nothing.
    public init() {}

    /// Adds bytes; all pieces but the last must have an even length.
    public mutating func add(_ bytes: RawSpan) {
        var offset = 0
        while offset + 2 <= bytes.byteCount {
            sum &+= UInt64(bytes.uint16(at: offset))
            offset += 2
        }
        // A last odd byte is the high half of a word that ends in zero.
        if offset < bytes.byteCount { sum &+= UInt64(bytes.uint8(at: offset)) << 8 }
    }

    /// Adds bytes; all pieces but the last must have an even length.
    public mutating func add(_ bytes: [UInt8]) {
        add(bytes.span.bytes)
    }

    /// Adds the pseudo-header of an upper-layer packet of `length` bytes (RFC 9293 section 3.1, RFC 8200
    /// section 8.1).
    public mutating func addPseudoHeader(source: IPAddress, destination: IPAddress, ipProtocol: UInt8, length: Int) {
        add(source.bytes)
        add(destination.bytes)
        sum &+= UInt64(ipProtocol) &+ UInt64(UInt32(truncatingIfNeeded: length) >> 16) &+ UInt64(length & 0xffff)
    }

    /// The checksum of what was added; the sum of a packet that holds its right checksum gives 0.
    public var value: UInt16 {
        var folded = sum
        while folded >> 16 != 0 { folded = (folded & 0xffff) + folded >> 16 }
        return ~UInt16(truncatingIfNeeded: folded)
    }

    /// The checksum as UDP sends it: 0 would say "none", so all ones stand for it (RFC 768).
    public var udpValue: UInt16 { value == 0 ? 0xffff : value }

    /// The checksum of a packet in which one word changed (RFC 1624 section 3, equation 3).
    public static func updated(_ checksum: UInt16, from old: UInt16, to new: UInt16) -> UInt16 {
        var sum = UInt32(~checksum) + UInt32(~old) + UInt32(new)
        sum = (sum & 0xffff) + sum >> 16
        sum = (sum & 0xffff) + sum >> 16
        return ~UInt16(truncatingIfNeeded: sum)
    }
}
