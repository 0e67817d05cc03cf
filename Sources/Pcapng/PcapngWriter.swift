/// Writes a pcapng capture (draft-ietf-opsawg-pcapng) block by block; little-endian, times in nanoseconds.
///
/// Blocks collect in one buffer that goes to the sink when the next one comes and it is full, and on `flush` and
/// `finish`: a packet costs no allocation. When the sink fails, the block that was to be added is not taken, and the
/// buffer keeps what it has: the writer can be used on as soon as the sink takes the buffer, all of it.
public struct PcapngWriter<Sink: PcapngSink & ~Copyable>: ~Copyable {
    private var sink: Sink
    private var buffer: [UInt8] = []
    private let bufferSize: Int
    private var blockStart = 0

    /// How many interfaces were described, which is the number of the next one.
    public private(set) var interfaceCount: UInt32 = 0
    /// Packets that the sink has not been given yet.
    public private(set) var bufferedPackets: UInt64 = 0
    private var flushed: UInt64 = 0
    /// Bytes of the capture, those in the buffer included.
    public var size: UInt64 { flushed + UInt64(buffer.count) }

    /// Begins a section.
    ///
    /// - Parameters:
    ///   - sink: Where the bytes go.
    ///   - application: The program that writes the file, shb_userappl.
    ///   - operatingSystem: The system it runs on, shb_os.
    ///   - comments: About the whole capture.
    ///   - bufferSize: Bytes after which the buffer goes to the sink.
    public init(
        _ sink: consuming Sink, application: String? = nil, operatingSystem: String? = nil, comments: [String] = [],
        bufferSize: Int = 1 << 18
    ) {
        self.sink = sink
        self.bufferSize = bufferSize
        // One block may come on top before the buffer is emptied.
        buffer.reserveCapacity(bufferSize + 1 << 17)
        begin(BlockType.sectionHeader)
        put(SectionMagic.byteOrder)
        // Version 1.0; the section's length is not known beforehand.
        put(UInt16(1))
        put(UInt16(0))
        put(UInt64.max)
        for comment in comments { put(BlockOption.comment, comment) }
        if let operatingSystem { put(BlockOption.operatingSystem, operatingSystem) }
        if let application { put(BlockOption.application, application) }
        endOptions()
        end()
    }

    /// Describes an interface and gives its number.
    public mutating func add(_ interface: CaptureInterface) throws(PcapngError) -> UInt32 {
        try flushWhenFull()
        begin(BlockType.interfaceDescription)
        put(interface.linkType.rawValue)
        put(UInt16(0))
        put(interface.snapLength)
        for comment in interface.comments { put(BlockOption.comment, comment) }
        if let name = interface.name { put(BlockOption.interfaceName, name) }
        if let description = interface.description { put(BlockOption.interfaceDescription, description) }
        put(BlockOption.timeResolution)
        put(UInt16(1))
        // The exponent of 1/10 second, padded to four bytes.
        put(UInt32(9))
        endOptions()
        end()
        interfaceCount += 1
        return interfaceCount - 1
    }

    /// Writes a packet.
    ///
    /// - Parameters:
    ///   - packet: The bytes that are there.
    ///   - interface: A number that `add` gave.
    ///   - time: Nanoseconds since 1970.
    ///   - originalLength: Bytes of the packet on the wire; those of `packet` when nil.
    /// - Throws: `PcapngError` of code `interface` when it was not described, or `sink`.
    public mutating func write(
        _ packet: RawSpan, interface: UInt32, time: UInt64, originalLength: UInt32? = nil,
        direction: CaptureDirection? = nil, comment: String? = nil
    ) throws(PcapngError) {
        try check(interface)
        try flushWhenFull()
        bufferedPackets += 1
        begin(BlockType.enhancedPacket)
        put(interface)
        putTime(time)
        put(UInt32(truncatingIfNeeded: packet.byteCount))
        put(originalLength ?? UInt32(truncatingIfNeeded: packet.byteCount))
        packet.withUnsafeBytes { buffer.append(contentsOf: $0) }
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

    /// Writes what an interface counted.
    ///
    /// - Throws: `PcapngError` of code `interface` when it was not described, or `sink`.
    public mutating func write(_ statistics: CaptureStatistics) throws(PcapngError) {
        try check(statistics.interface)
        try flushWhenFull()
        begin(BlockType.interfaceStatistics)
        put(statistics.interface)
        putTime(statistics.time)
        for (option, time) in [
            (BlockOption.startTime, statistics.startTime), (BlockOption.endTime, statistics.endTime),
        ] {
            guard let time else { continue }
            put(option)
            put(UInt16(8))
            putTime(time)
        }
        for (option, count) in [
            (BlockOption.received, statistics.received), (BlockOption.dropped, statistics.dropped),
            (BlockOption.accepted, statistics.accepted),
        ] {
            guard let count else { continue }
            put(option)
            put(UInt16(8))
            put(count)
        }
        endOptions()
        end()
    }

    /// Gives the sink what the buffer holds.
    ///
    /// - Throws: The sink's error; the buffer keeps what it holds.
    public mutating func flush() throws(PcapngError) {
        guard !buffer.isEmpty else { return }
        // The sink is changed meanwhile, so the buffer cannot be lent out of this value.
        var full: [UInt8] = []
        swap(&full, &buffer)
        defer { swap(&full, &buffer) }
        try sink.write(full.span.bytes)
        flushed += UInt64(full.count)
        full.removeAll(keepingCapacity: true)
        bufferedPackets = 0
    }

    /// Gives the sink what the buffer holds, and back to the caller.
    public consuming func finish() throws(PcapngError) -> Sink {
        try flush()
        return sink
    }

    /// Gives the caller the sink, without what the buffer holds.
    public consuming func abandon() -> Sink {
        sink
    }

    private func check(_ interface: UInt32) throws(PcapngError) {
        guard interface < interfaceCount else {
            throw PcapngError(.interface, "interface \(interface) was not described: add it before its packets")
        }
    }

    private mutating func flushWhenFull() throws(PcapngError) {
        if buffer.count >= bufferSize { try flush() }
    }

    // MARK: Blocks

    private mutating func begin(_ type: UInt32) {
        blockStart = buffer.count
        put(type)
        put(UInt32(0))
    }

    /// Closes the block: its length stands after its type and at its end.
    private mutating func end() {
        let length = UInt32(truncatingIfNeeded: buffer.count + 4 - blockStart)
        put(length)
        for byte in 0..<4 { buffer[blockStart + 4 + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte)) }
    }

    private mutating func endOptions() {
        put(UInt32(BlockOption.end))
    }

    private mutating func put(_ option: UInt16, _ text: String) {
        // An option's length has 16 bits; text beyond is cut at a character.
        var text = text
        while text.utf8.count > Int(UInt16.max) { text.removeLast(max(1, (text.utf8.count - Int(UInt16.max)) / 4)) }
        put(option)
        put(UInt16(text.utf8.count))
        buffer.append(contentsOf: text.utf8)
        pad()
    }

    /// The upper half of a time comes first, whatever the byte order.
    private mutating func putTime(_ time: UInt64) {
        put(UInt32(truncatingIfNeeded: time >> 32))
        put(UInt32(truncatingIfNeeded: time))
    }

    private mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { buffer.append(contentsOf: $0) }
    }

    private mutating func pad() {
        while (buffer.count - blockStart) & 3 != 0 { buffer.append(0) }
    }
}
