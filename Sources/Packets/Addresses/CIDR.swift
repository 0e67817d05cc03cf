/// A prefix of addresses, `address/length` (RFC 4632 section 3.1, RFC 4291 section 2.3).
public struct CIDR: Hashable, Sendable {
    /// The first address of the prefix: every bit after the prefix is zero.
    public let address: IPAddress
    /// 0...32 for IPv4, 0...128 for IPv6.
    public let prefixLength: Int

    /// The prefix of `prefixLength` bits that begins with `address`.
    ///
    /// - Throws: `PacketError` of code `prefix` when the length is out of range, `hostBits` when bits after
    ///   the prefix are set.
    public init(_ address: IPAddress, prefixLength: Int) throws(PacketError) {
        guard (0...address.bitWidth).contains(prefixLength) else {
            throw PacketError(
                .prefix,
                "\(address)/\(prefixLength): the prefix length of such an address is 0 to \(address.bitWidth)")
        }
        let first = Self.masked(address, prefixLength)
        guard first == address else {
            throw PacketError(
                .hostBits,
                "\(address)/\(prefixLength) has bits set after its prefix: write \(first)/\(prefixLength), "
                    + "or \(address) for the one address")
        }
        self.address = address
        self.prefixLength = prefixLength
    }

    /// Reads `address/length`, or an address alone, which is the prefix of its full length.
    ///
    /// - Throws: `PacketError` of code `address`, `prefix` or `hostBits`.
    public init(_ text: String) throws(PacketError) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            self.init(try IPAddress(text))
            return
        }
        let address = try IPAddress(String(text[..<slash]))
        let digits = text[text.index(after: slash)...].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            digits.count == 1 || digits.first != UInt8(ascii: "0"),
            let prefixLength = Int(text[text.index(after: slash)...])
        else {
            throw PacketError(
                .prefix,
                "\"\(text)\": after the slash stands a number from 0 to \(address.bitWidth), like \(address)/24")
        }
        try self.init(address, prefixLength: prefixLength)
    }

    /// The prefix that holds `address` alone.
    public init(_ address: IPAddress) {
        self.address = address
        self.prefixLength = address.bitWidth
    }

    /// Whether `other` is in the prefix; an address of the other family never is.
    public func contains(_ other: IPAddress) -> Bool {
        other.bitWidth == address.bitWidth && Self.masked(other, prefixLength) == address
    }

    /// Swift's shifts by the full width give zero, which is what a prefix of length 0 needs.
    private static func masked(_ address: IPAddress, _ prefixLength: Int) -> IPAddress {
        switch address {
        case .ipv4(let value): .ipv4(value & UInt32.max << (32 - prefixLength))
        case .ipv6(let value): .ipv6(value & UInt128.max << (128 - prefixLength))
        }
    }
}

extension CIDR: CustomStringConvertible {
    /// `address/length`; always with the length.
    public var description: String { "\(address)/\(prefixLength)" }
}

extension CIDR: Codable {
    /// Decodes the text form.
    public init(from decoder: any Decoder) throws {
        self = try CIDR(decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
