/// The VXLAN header (RFC 7348 section 5): a flag and a network identifier before an Ethernet frame.
public struct VXLANHeader: Hashable, Sendable {
    /// Bytes of the header.
    public static let length = 8

    /// VXLAN network identifier; 24 bits.
    public let vni: UInt32

    /// A header with the low 24 bits of `vni`.
    public init(vni: UInt32) {
        self.vni = vni & 0xff_ffff
    }

    /// Reads the header at the beginning of a UDP payload; reserved bits are ignored, as the RFC says.
    public static func decode(_ payload: RawSpan) -> TunnelDecoding<VXLANHeader> {
        guard payload.byteCount >= length else { return .malformed(.truncatedHeader) }
        guard payload.uint8(at: 0) & 0x08 != 0 else { return .malformed(.noVNI) }
        return .header(VXLANHeader(vni: payload.uint32(at: 4) >> 8), length: length)
    }

    /// The header's eight bytes.
    public var encoded: [UInt8] {
        [0x08, 0, 0, 0] + (vni << 8).bigEndianBytes
    }
}
