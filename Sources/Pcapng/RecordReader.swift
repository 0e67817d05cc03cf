/// Reads the classic format (draft-ietf-opsawg-pcap).
struct RecordReader {
    let interface: CaptureInterface

    private let bytes: CaptureBytes
    private var offset = 24
    private let nanosecondsPerUnit: UInt64

    init(_ file: CaptureBytes) throws(PcapngError) {
        var bytes = file
        bytes.isBigEndian = [0xa1b2_c3d4, 0xa1b2_3c4d].contains(bytes.uint32(at: 0).byteSwapped)
        switch bytes.uint32(at: 0) {
        case 0xa1b2_c3d4: nanosecondsPerUnit = 1000
        case 0xa1b2_3c4d: nanosecondsPerUnit = 1
        default:
            throw PcapngError(.format, "no magic number of a pcapng or pcap file: give a capture file", at: 0)
        }
        guard bytes.count >= 24 else {
            throw PcapngError(.truncated, "the file header has 24 bytes, \(bytes.count) are there", at: 0)
        }
        guard bytes.uint16(at: 4) == 2 else {
            throw PcapngError(.format, "version \(bytes.uint16(at: 4)).\(bytes.uint16(at: 6)) is not 2.4", at: 4)
        }
        // The upper bits of the last word are about frame check sequences.
        interface = CaptureInterface(
            linkType: LinkType(rawValue: UInt16(truncatingIfNeeded: bytes.uint32(at: 20))),
            snapLength: bytes.uint32(at: 16))
        self.bytes = bytes
    }

    mutating func next() throws(PcapngError) -> CapturedPacket? {
        let start = offset
        guard start < bytes.count else { return nil }
        // After an error there is no next packet.
        offset = bytes.count
        guard bytes.count - start >= 16 else {
            throw PcapngError(.truncated, "the file ends inside a record's header", at: start)
        }
        let length = Int(bytes.uint32(at: start + 8))
        guard length <= bytes.count - start - 16 else {
            throw PcapngError(
                .truncated, "a record of \(length) bytes, \(bytes.count - start - 16) are there", at: start + 8)
        }
        offset = start + 16 + length
        let time =
            UInt64(bytes.uint32(at: start)) * 1_000_000_000 + UInt64(bytes.uint32(at: start + 4)) * nanosecondsPerUnit
        return CapturedPacket(
            interface: 0, time: time, originalLength: bytes.uint32(at: start + 12),
            bytes: Array(bytes.bytes[(start + 16)..<offset]))
    }
}
