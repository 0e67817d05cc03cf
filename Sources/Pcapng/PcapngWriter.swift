/// Writes a pcapng capture (draft-ietf-opsawg-pcapng) block by block; little-endian, times in nanoseconds.
///
/// Blocks collect in one buffer that goes to the sink when the next one comes and it is full, and on `flush` and
/// `finish`: a packet costs no allocation. When the sink fails, the block that was to be added is not taken, and the
/// buffer keeps what it has: the writer can be used on as soon as the sink takes the buffer, all of it.
public struct PcapngWriter<Sink: PcapngSink & ~Copyable>: ~Copyable {
    private var sink: Sink
    private var buffer = BlockBuffer()
    private let bufferSize: Int

    /// How many interfaces were described, which is the number of the next one.
    public private(set) var interfaceCount: UInt32 = 0
    /// Packets that the sink has not been given yet.
    public private(set) var bufferedPackets: UInt64 = 0
    private var flushed: UInt64 = 0
    /// Bytes of the capture, those in the buffer included.
    public var size: UInt64 { flushed + UInt64(buffer.bytes.count) }

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
        buffer.bytes.reserveCapacity(bufferSize + 1 << 17)
        buffer.begin(BlockType.sectionHeader)
        buffer.put(SectionMagic.byteOrder)
        // Version 1.0; the section's length is not known beforehand.
        buffer.put(UInt16(1))
        buffer.put(UInt16(0))
        buffer.put(UInt64.max)
        for comment in comments { buffer.put(BlockOption.comment, comment) }
        if let operatingSystem { buffer.put(BlockOption.operatingSystem, operatingSystem) }
        if let application { buffer.put(BlockOption.application, application) }
        buffer.endOptions()
        buffer.end()
    }

    /// Describes an interface and gives its number.
    public mutating func add(_ interface: CaptureInterface) throws(PcapngError) -> UInt32 {
        try flushWhenFull()
        buffer.begin(BlockType.interfaceDescription)
        buffer.put(interface.linkType.rawValue)
        buffer.put(UInt16(0))
        buffer.put(interface.snapLength)
        for comment in interface.comments { buffer.put(BlockOption.comment, comment) }
        if let name = interface.name { buffer.put(BlockOption.interfaceName, name) }
        if let description = interface.description { buffer.put(BlockOption.interfaceDescription, description) }
        buffer.put(BlockOption.timeResolution)
        buffer.put(UInt16(1))
        // The exponent of 1/10 second, padded to four bytes.
        buffer.put(UInt32(9))
        buffer.endOptions()
        buffer.end()
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
        buffer.putPacket(
            packet, interface: interface, time: time,
            originalLength: originalLength ?? UInt32(truncatingIfNeeded: packet.byteCount), direction: direction,
            comment: comment)
    }

    /// Writes what an interface counted.
    ///
    /// - Throws: `PcapngError` of code `interface` when it was not described, or `sink`.
    public mutating func write(_ statistics: CaptureStatistics) throws(PcapngError) {
        try check(statistics.interface)
        try flushWhenFull()
        buffer.begin(BlockType.interfaceStatistics)
        buffer.put(statistics.interface)
        buffer.putTime(statistics.time)
        for (option, time) in [
            (BlockOption.startTime, statistics.startTime), (BlockOption.endTime, statistics.endTime),
        ] {
            guard let time else { continue }
            buffer.put(option)
            buffer.put(UInt16(8))
            buffer.putTime(time)
        }
        for (option, count) in [
            (BlockOption.received, statistics.received), (BlockOption.dropped, statistics.dropped),
            (BlockOption.accepted, statistics.accepted),
        ] {
            guard let count else { continue }
            buffer.put(option)
            buffer.put(UInt16(8))
            buffer.put(count)
        }
        buffer.endOptions()
        buffer.end()
    }

    /// Gives the sink what the buffer holds.
    ///
    /// - Throws: The sink's error; the buffer keeps what it holds.
    public mutating func flush() throws(PcapngError) {
        guard !buffer.bytes.isEmpty else { return }
        // The sink is changed meanwhile, so the buffer cannot be lent out of this value.
        var full: [UInt8] = []
        swap(&full, &buffer.bytes)
        defer { swap(&full, &buffer.bytes) }
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
        if buffer.bytes.count >= bufferSize { try flush() }
    }
}
