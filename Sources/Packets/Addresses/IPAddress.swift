/// An IPv4 or IPv6 address as a number in host byte order.
///
/// The two families are distinct: `::ffff:10.0.0.1` is an IPv6 address and unequal to `10.0.0.1`.
/// IPv4 addresses sort before IPv6 ones.
public enum IPAddress: Hashable, Sendable {
    case ipv4(UInt32)
    case ipv6(UInt128)

    /// 32 or 128.
    public var bitWidth: Int {
        switch self {
        case .ipv4: 32
        case .ipv6: 128
        }
    }

    /// The address in network byte order: 4 or 16 bytes.
    public var bytes: [UInt8] {
        switch self {
        case .ipv4(let value): (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        case .ipv6(let value): (0..<16).map { UInt8(truncatingIfNeeded: value >> (120 - 8 * $0)) }
        }
    }

    /// The address folded to 32 bits by exclusive or of its 32-bit words, which is what `FlowHash` takes.
    public var folded: UInt32 {
        switch self {
        case .ipv4(let value):
            value
        case .ipv6(let value):
            UInt32(truncatingIfNeeded: value) ^ UInt32(truncatingIfNeeded: value >> 32)
                ^ UInt32(truncatingIfNeeded: value >> 64) ^ UInt32(truncatingIfNeeded: value >> 96)
        }
    }

    /// The IPv4 address that an IPv4-mapped IPv6 address stands for (RFC 4291 section 2.5.5.2); others are unchanged.
    ///
    /// A dual-stack socket reports IPv4 peers in the mapped form.
    public var unmapped: IPAddress {
        guard case .ipv6(let value) = self, value >> 32 == 0xffff else { return self }
        return .ipv4(UInt32(truncatingIfNeeded: value))
    }
}

extension IPAddress: Comparable {
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        switch (left, right) {
        case (.ipv4(let left), .ipv4(let right)): left < right
        case (.ipv6(let left), .ipv6(let right)): left < right
        case (.ipv4, .ipv6): true
        case (.ipv6, .ipv4): false
        }
    }
}

extension IPAddress: Codable {
    /// Decodes the text form.
    public init(from decoder: any Decoder) throws {
        self = try IPAddress(decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
