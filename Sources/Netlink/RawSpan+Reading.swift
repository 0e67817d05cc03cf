import Glibc

extension RawSpan {
    /// The value of type `Value` at `offset`, at any alignment.
    ///
    /// - Throws: ``NetlinkError`` of code `malformed` when it would end behind the last byte.
    func load<Value: BitwiseCopyable>(
        at offset: Int = 0, as _: Value.Type
    ) throws(NetlinkError) -> Value {
        guard offset >= 0, offset <= byteCount - MemoryLayout<Value>.size else {
            throw .malformed("\(Value.self) at \(offset) of \(byteCount) bytes")
        }
        return unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
    }

    /// The bytes from `offset` on; none when that is behind the end.
    @_lifetime(copy self)
    func rest(from offset: Int) -> RawSpan {
        extracting(Swift.min(offset, byteCount)..<byteCount)
    }

    var bytes: [UInt8] {
        (0..<byteCount).map { unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }

    /// Text up to the first zero byte or the end.
    var text: String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Calls `body` with each attribute (`struct nlattr`): its type without flags, and its value.
    ///
    /// - Throws: ``NetlinkError`` of code `malformed` when a length does not fit.
    func forEachAttribute(_ body: (UInt16, RawSpan) throws(NetlinkError) -> Void) throws(NetlinkError) {
        var offset = 0
        // Up to three bytes of padding can be left.
        while byteCount - offset >= 4 {
            let length = Int(try load(at: offset, as: UInt16.self))
            let type = try load(at: offset + 2, as: UInt16.self)
            guard length >= 4, length <= byteCount - offset else {
                throw .malformed("attribute \(type) of \(length) bytes in \(byteCount - offset)")
            }
            // NLA_F_NESTED and NLA_F_NET_BYTEORDER are the two upper bits.
            try body(type & 0x3fff, extracting(offset + 4..<offset + length))
            offset += (length + 3) & ~3
        }
    }
}
