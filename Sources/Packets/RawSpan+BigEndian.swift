/// Reads in network byte order; the only file that loads numbers from bytes.
///
/// Each load checks its bounds and traps outside: callers compare with `byteCount` first.
extension RawSpan {
    package func uint8(at offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    package func uint16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    package func uint32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    package func uint64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    package func uint128(at offset: Int) -> UInt128 {
        UInt128(uint64(at: offset)) << 64 | UInt128(uint64(at: offset + 8))
    }

    /// Bytes from `offset` to the end; zero when the offset is beyond it.
    package func remaining(from offset: Int) -> Int {
        Swift.max(0, byteCount - offset)
    }
}
