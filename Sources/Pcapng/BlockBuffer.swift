/// Blocks that a writer holds back, one after the other, little-endian.
///
/// It knows nothing of where they go, so that its code is the same for all writers, and fast.
struct BlockBuffer {
    var bytes: [UInt8] = []
    private var blockStart = 0

    mutating func begin(_ type: UInt32) {
        blockStart = bytes.count
        put(type)
        put(UInt32(0))
    }

    /// Closes the block: its length stands after its type and at its end.
    mutating func end() {
        let length = UInt32(truncatingIfNeeded: bytes.count + 4 - blockStart)
        put(length)
        for byte in 0..<4 { bytes[blockStart + 4 + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte)) }
    }

    /// An Enhanced Packet Block, whole.
    mutating func putPacket(
        _ packet: RawSpan, interface: UInt32, time: UInt64, originalLength: UInt32, direction: CaptureDirection?,
        comment: String?
    ) {
        let start = bytes.count
        blockStart = start
        let length = UInt32(truncatingIfNeeded: packet.byteCount)
        // Its own length, the second, is known at the end; the upper half of the time comes first.
        let header: InlineArray<7, UInt32> = [
            BlockType.enhancedPacket.littleEndian, 0, interface.littleEndian,
            UInt32(truncatingIfNeeded: time >> 32).littleEndian, UInt32(truncatingIfNeeded: time).littleEndian,
            length.littleEndian, originalLength.littleEndian,
        ]
        withUnsafeBytes(of: header) { bytes.append(contentsOf: $0) }
        packet.withUnsafeBytes { bytes.append(contentsOf: $0) }
        pad()
        if let comment { put(BlockOption.comment, comment) }
        if let direction {
            put(BlockOption.packetFlags)
            put(UInt16(4))
            put(direction.rawValue)
        }
        if comment != nil || direction != nil { endOptions() }
        end()
    }

    mutating func endOptions() {
        put(UInt32(BlockOption.end))
    }

    mutating func put(_ option: UInt16, _ text: String) {
        // An option's length has 16 bits; text beyond is cut at a character.
        var text = text
        while text.utf8.count > Int(UInt16.max) { text.removeLast(max(1, (text.utf8.count - Int(UInt16.max)) / 4)) }
        put(option)
        put(UInt16(text.utf8.count))
        text.withUTF8 { bytes.append(contentsOf: $0) }
        pad()
    }

    /// The upper half of a time comes first, whatever the byte order.
    mutating func putTime(_ time: UInt64) {
        put(UInt32(truncatingIfNeeded: time >> 32))
        put(UInt32(truncatingIfNeeded: time))
    }

    mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func pad() {
        while (bytes.count - blockStart) & 3 != 0 { bytes.append(0) }
    }
}
