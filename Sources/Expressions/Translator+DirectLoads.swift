extension Translator {
    /// Offsets that loads by pointer reach: their 16 bits have a sign.
    static let directReach = 0x7fff
    /// The same behind X, together with ``mostDirectX`` less than the verifier's MAX_PACKET_OFF.
    private static let directReachBehindX = 0x3fff
    private static let mostDirectX: UInt32 = 0x7fff

    /// Makes sure that the packet's first `end` bytes can be read by pointer.
    mutating func ensure(_ end: Int, at index: Int) {
        guard end > known.bytes else { return }
        let end = usual.bytes(for: end)
        emit(.double(.move, .r0, .r2))
        emit(.double(.add, .r0, Int32(end)))
        assembler.append(.jump(if: .greater, .r0, .r3), to: helperLabel(index))
        known.bytes = end
    }

    /// Appends a load of `size` bytes at X + `offset` of the frame by pointer; control goes on unless it always goes to
    /// the helper body.
    mutating func appendDirectLoad(
        behindX offset: UInt32, _ size: Int, _ to: ExtendedRegister, at index: Int
    ) -> Bool {
        let shift = isTagged ? Frame.tagSize : 0
        // A tagged frame's bytes before and in the tag are for the helper body.
        guard offset <= Self.directReachBehindX, offset >= shift else {
            assembler.append(.jump, to: helperLabel(index))
            return false
        }
        if isTagged, Int(known.leastX) + Int(offset) < Frame.tagEnd {
            let least = Frame.tagEnd - Int(offset)
            assembler.append(.jump(if: .less, .r8, Int32(least)), to: helperLabel(index))
            known.leastX = UInt32(least)
            known.mostX = max(known.mostX, known.leastX)
        }
        if known.mostX > Self.mostDirectX {
            assembler.append(.jump(if: .greater, .r8, Int32(Self.mostDirectX)), to: helperLabel(index))
            known.mostX = Self.mostDirectX
        }
        if !known.pointsBehindX {
            emit(.double(.move, .r4, .r2))
            emit(.double(.add, .r4, .r8))
            known.pointsBehindX = true
        }
        let place = Int(offset) - shift
        if place + size > known.bytesBehindX {
            let end = usual.bytesBehindX(for: place + size)
            emit(.double(.move, .r0, .r4))
            emit(.double(.add, .r0, Int32(end)))
            assembler.append(.jump(if: .greater, .r0, .r3), to: helperLabel(index))
            known.bytesBehindX = end
        }
        appendValue(size, to, from: .r4, Int16(place))
        return true
    }
}
