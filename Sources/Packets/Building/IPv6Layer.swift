/// An extension header of IPv6 for the frame builder, which fills in the next-header byte.
public struct IPv6Extension: Hashable, Sendable {
    /// The header's own number.
    public let number: UInt8
    /// What follows the next-header byte.
    public let rest: [UInt8]

    /// A header with exactly these bytes after the next-header byte.
    public init(number: UInt8, rest: [UInt8]) {
        self.number = number
        self.rest = rest
    }

    /// A header of `length` bytes that is otherwise zero, with its length byte right: a multiple of eight, or for
    /// the authentication header of four from twelve on.
    public init(number: UInt8, length: Int) {
        let field = number == IPProtocol.authentication ? length / 4 - 2 : length / 8 - 1
        self.init(
            number: number,
            rest: [UInt8(truncatingIfNeeded: field)] + [UInt8](repeating: 0, count: max(0, length - 2)))
    }

    /// A fragment header (RFC 8200 section 4.5); the offset is in units of eight bytes.
    public static func fragment(offset: UInt16, more: Bool, identification: UInt32 = 0) -> IPv6Extension {
        IPv6Extension(
            number: IPProtocol.fragment,
            rest: [0] + (offset << 3 | (more ? 1 : 0)).bigEndianBytes + identification.bigEndianBytes)
    }
}

/// An IPv6 header (RFC 8200 section 3) as the frame builder writes it.
struct IPv6Layer: Hashable, Sendable {
    var source: IPAddress
    var destination: IPAddress
    var extensions: [IPv6Extension]
    var flowLabel: UInt32
    var hopLimit: UInt8

    func packet(carrying transport: TransportLayer) -> [UInt8] {
        let ipProtocol = transport.ipProtocol == IPProtocol.icmp ? IPProtocol.icmpv6 : transport.ipProtocol
        let payload = transport.encoded(as: ipProtocol, source: source, destination: destination)
        let next = extensions.dropFirst().map(\.number) + [ipProtocol]
        let headers = zip(extensions, next).flatMap { [$1] + $0.rest }
        let length = UInt16(truncatingIfNeeded: headers.count + payload.count)
        return (0x6000_0000 | flowLabel & 0xf_ffff).bigEndianBytes + length.bigEndianBytes
            + [extensions.first?.number ?? ipProtocol, hopLimit] + source.bytes + destination.bytes + headers
            + payload
    }
}
