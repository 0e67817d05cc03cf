/// Reads the packets of a capture file: pcapng, or the classic format with microseconds or nanoseconds; of either
/// byte order.
///
/// Every length is checked before it is used. Blocks of unknown types are skipped. After an error the reader
/// gives no more packets.
public struct CaptureReader {
    /// The interfaces described so far, of all sections.
    public var interfaces: [CaptureInterface] {
        switch format {
        case .pcapng(let blocks): blocks.interfaces
        case .classic(let records): [records.interface]
        }
    }

    /// The interface statistics read so far.
    public var statistics: [CaptureStatistics] {
        if case .pcapng(let blocks) = format { blocks.statistics } else { [] }
    }

    /// The comments of the sections read so far.
    public var comments: [String] {
        if case .pcapng(let blocks) = format { blocks.comments } else { [] }
    }

    private enum Format {
        case pcapng(BlockReader)
        case classic(RecordReader)
    }

    private var format: Format

    /// Looks at the file's beginning.
    ///
    /// - Throws: `PcapngError` of code `format` or `truncated`.
    public init(_ bytes: [UInt8]) throws(PcapngError) {
        let bytes = CaptureBytes(bytes: bytes)
        guard bytes.count >= 4 else {
            throw PcapngError(
                .truncated, "a capture file has at least a magic number, this has \(bytes.count) bytes", at: 0)
        }
        if bytes.uint32(at: 0) == BlockType.sectionHeader {
            format = .pcapng(BlockReader(bytes))
        } else {
            format = .classic(try RecordReader(bytes))
        }
    }

    /// The next packet; nil at the end of the file.
    ///
    /// - Throws: `PcapngError` with the offset where the file is wrong.
    public mutating func next() throws(PcapngError) -> CapturedPacket? {
        switch format {
        case .pcapng(var blocks):
            defer { format = .pcapng(blocks) }
            return try blocks.next()
        case .classic(var records):
            defer { format = .classic(records) }
            return try records.next()
        }
    }

    /// The packets that are left.
    ///
    /// - Throws: `PcapngError` with the offset where the file is wrong.
    public mutating func rest() throws(PcapngError) -> [CapturedPacket] {
        var packets: [CapturedPacket] = []
        while let packet = try next() { packets.append(packet) }
        return packets
    }
}
