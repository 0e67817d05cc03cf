/// The header of Generic UDP Encapsulation (draft-ietf-intarea-gue section 3), extension fields not included.
public enum GUEHeader: Hashable, Sendable {
    /// Variant 0, C bit clear: a packet of an IP protocol follows.
    case data(ipProtocol: UInt8, flags: UInt16)
    /// Variant 0, C bit set: a message between tunnel endpoints.
    case control(type: UInt8, flags: UInt16)
    /// Variant 1: no header, the payload is an IPv4 (4) or IPv6 (6) packet.
    case direct(version: UInt8)

    /// Bytes of variant 0 without extension fields.
    public static let fixedLength = 4
    /// The most bytes of extension fields and private data that the five-bit length can say.
    public static let extensionLengthLimit = 31 * 4
    /// Linux's flag for four bytes of private flags (include/net/gue.h, GUE_FLAG_PRIV), the only one it sends.
    public static let privateFlag: UInt16 = 0x0001

    /// Reads the header at the beginning of a UDP payload.
    ///
    /// Flags other than `privateFlag` are malformations: the draft has receivers drop packets with flags they
    /// do not know, because the fields behind them can mean that the payload is not a whole packet.
    public static func decode(_ payload: RawSpan) -> TunnelDecoding<GUEHeader> {
        guard payload.byteCount >= 1 else { return .malformed(.truncatedHeader) }
        let first = payload.uint8(at: 0)
        switch first >> 4 {
        case 4, 6: return .header(.direct(version: first >> 4), length: 0)
        case 0..<4: break
        default: return .malformed(.unknownVersion)
        }
        guard payload.byteCount >= fixedLength else { return .malformed(.truncatedHeader) }
        let extensionLength = Int(first & 0x1f) * 4
        guard fixedLength + extensionLength <= payload.byteCount else { return .malformed(.truncatedOptions) }
        let flags = payload.uint16(at: 2)
        guard flags & ~privateFlag == 0 else { return .malformed(.unknownFlags) }
        guard flags & privateFlag == 0 || extensionLength >= 4 else { return .malformed(.optionLength) }
        let number = payload.uint8(at: 1)
        let header: GUEHeader =
            first & 0x20 == 0 ? .data(ipProtocol: number, flags: flags) : .control(type: number, flags: flags)
        return .header(header, length: fixedLength + extensionLength)
    }

    /// The header's bytes, followed by extension fields and private data; empty for variant 1.
    ///
    /// - Throws: `PacketError` of code `header` when `extensions` is no multiple of four bytes or more than 124,
    ///   or there are some in variant 1, which has no place for them.
    public func encoded(extensions: [UInt8] = []) throws(PacketError) -> [UInt8] {
        guard extensions.count.isMultiple(of: 4), extensions.count <= Self.extensionLengthLimit else {
            throw PacketError(
                .header,
                "\(extensions.count) bytes of GUE extension fields: make it a multiple of 4 of at most "
                    + "\(Self.extensionLengthLimit) bytes")
        }
        let words = UInt8(extensions.count / 4)
        switch self {
        case .data(let number, let flags):
            return [words, number] + flags.bigEndianBytes + extensions
        case .control(let type, let flags):
            return [0x20 | words, type] + flags.bigEndianBytes + extensions
        case .direct:
            guard extensions.isEmpty else {
                throw PacketError(.header, "GUE variant 1 has no header for extension fields: use variant 0")
            }
            return []
        }
    }
}
