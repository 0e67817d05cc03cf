/// The Geneve header (RFC 8926 section 3.4) without its options.
public struct GeneveHeader: Hashable, Sendable {
    /// Bytes of the fixed part.
    public static let fixedLength = 8
    /// The most option bytes that the six-bit length can say.
    public static let optionsLengthLimit = 63 * 4

    /// Virtual network identifier; 24 bits.
    public let vni: UInt32
    /// EtherType of what is carried: `Ethernet.transparentBridging` for frames, or that of IPv4 or IPv6.
    public var protocolType: UInt16
    /// The O bit: a message between tunnel endpoints.
    public var isControl: Bool
    /// The C bit, or some option's own: options are among these that the receiver must understand.
    public var hasCriticalOptions: Bool

    /// A header with the low 24 bits of `vni`.
    public init(
        vni: UInt32, protocolType: UInt16 = Ethernet.transparentBridging, isControl: Bool = false,
        hasCriticalOptions: Bool = false
    ) {
        self.vni = vni & 0xff_ffff
        self.protocolType = protocolType
        self.isControl = isControl
        self.hasCriticalOptions = hasCriticalOptions
    }

    /// Reads the header at the beginning of a UDP payload and walks its options.
    public static func decode(_ payload: RawSpan) -> TunnelDecoding<GeneveHeader> {
        guard payload.byteCount >= fixedLength else { return .malformed(.truncatedHeader) }
        let first = payload.uint8(at: 0)
        guard first >> 6 == 0 else { return .malformed(.unknownVersion) }
        let end = fixedLength + Int(first & 0x3f) * 4
        guard end <= payload.byteCount else { return .malformed(.truncatedOptions) }
        let second = payload.uint8(at: 1)
        var isCritical = second & 0x40 != 0
        var offset = fixedLength
        while offset < end {
            // Class, type with the critical bit, and the length of what follows in words (section 3.5).
            isCritical = isCritical || payload.uint8(at: offset + 2) & 0x80 != 0
            offset += 4 + Int(payload.uint8(at: offset + 3) & 0x1f) * 4
        }
        guard offset == end else { return .malformed(.optionLength) }
        let header = GeneveHeader(
            vni: payload.uint32(at: 4) >> 8, protocolType: payload.uint16(at: 2), isControl: second & 0x80 != 0,
            hasCriticalOptions: isCritical)
        return .header(header, length: end)
    }

    /// The header's bytes, options included.
    ///
    /// - Throws: `PacketError` of code `header` when the options take more than 252 bytes.
    public func encoded(options: [GeneveOption] = []) throws(PacketError) -> [UInt8] {
        let optionBytes = options.flatMap(\.encoded)
        guard optionBytes.count <= Self.optionsLengthLimit else {
            throw PacketError(
                .header,
                "\(optionBytes.count) bytes of Geneve options: a header holds \(Self.optionsLengthLimit), use fewer")
        }
        let isCritical = hasCriticalOptions || options.contains(where: \.isCritical)
        let flags: UInt8 = (isControl ? 0x80 : 0) | (isCritical ? 0x40 : 0)
        return [UInt8(optionBytes.count / 4), flags] + protocolType.bigEndianBytes + (vni << 8).bigEndianBytes
            + optionBytes
    }
}
