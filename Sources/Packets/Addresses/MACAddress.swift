/// A 48-bit Ethernet address.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as a number; the first byte on the wire is the highest of the 48 bits.
    public let value: UInt64

    /// The address of the low 48 bits of `value`.
    public init(_ value: UInt64) {
        self.value = value & 0xffff_ffff_ffff
    }

    /// The six bytes as they are on the wire.
    public var bytes: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: value >> (40 - 8 * $0)) }
    }

    /// Six pairs of hexadecimal digits with colons.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
