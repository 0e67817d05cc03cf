/// The bytes of a capture file in the byte order of whoever wrote them.
struct CaptureBytes {
    let bytes: [UInt8]
    var isBigEndian = false

    var count: Int { bytes.count }

    func uint16(at offset: Int) -> UInt16 {
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt16.self) }
        return isBigEndian ? UInt16(bigEndian: value) : UInt16(littleEndian: value)
    }

    func uint32(at offset: Int) -> UInt32 {
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
        return isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
    }

    func uint64(at offset: Int) -> UInt64 {
        let (first, second) = (UInt64(uint32(at: offset)), UInt64(uint32(at: offset + 4)))
        return isBigEndian ? first << 32 | second : second << 32 | first
    }

    /// A time of pcapng: its upper half comes first, whatever the byte order.
    func time(at offset: Int) -> UInt64 {
        UInt64(uint32(at: offset)) << 32 | UInt64(uint32(at: offset + 4))
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
