/// One option of a Geneve header (RFC 8926 section 3.5).
public struct GeneveOption: Hashable, Sendable {
    /// Who defines the type.
    public let optionClass: UInt16
    /// The type; its highest bit says that the receiver must understand the option.
    public let type: UInt8
    /// A multiple of four bytes, at most 124.
    public let data: [UInt8]

    /// Whether a receiver that does not know the option must drop the packet.
    public var isCritical: Bool { type & 0x80 != 0 }

    /// - Throws: `PacketError` of code `header` when `data` is no multiple of four bytes or more than 124.
    public init(optionClass: UInt16, type: UInt8, data: [UInt8]) throws(PacketError) {
        guard data.count.isMultiple(of: 4), data.count <= 124 else {
            throw PacketError(
                .header, "Geneve option data of \(data.count) bytes: make it a multiple of 4 of at most 124 bytes")
        }
        self.optionClass = optionClass
        self.type = type
        self.data = data
    }

    /// The option's four header bytes and its data.
    var encoded: [UInt8] {
        optionClass.bigEndianBytes + [type, UInt8(data.count / 4)] + data
    }
}
