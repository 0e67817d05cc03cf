import Packets
import Testing

struct CopyMetadataTests {
    private static let metadata = CopyMetadata(
        stream: 0x0102_0304, target: 3, cpu: 0x0506, sequence: 0x0708_090a, rule: 0x0b0c_0d0e, generation: 0x0f,
        ruleSequence: 0x1011_1213, originalLength: 0x1415_1617, timestamp: 0x1819_1a1b_1c1d_1e1f,
        samplingRate: 0x2021_2223, flags: [.egress, .sampledByFlow])

    @Test("The layout is that of docs/metadata.md") func layout() {
        #expect(
            Self.metadata.encoded == [
                0xff, 0x50, 1, 10, 1, 5, 5, 6, 1, 2, 3, 4, 7, 8, 9, 10, 0xb, 0xc, 0xd, 0xe, 0x10, 0x11, 0x12, 0x13,
                0x14, 0x15, 0x16, 0x17, 0x20, 0x21, 0x22, 0x23, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0xf, 3,
                0, 0,
            ])
    }

    @Test("What was written is read again, wherever it stands", arguments: [0, 8, 13]) func reading(offset: Int) {
        let bytes = [UInt8](repeating: 0xee, count: offset) + Self.metadata.encoded
        #expect(CopyMetadata(bytes.span.bytes, at: offset) == Self.metadata)
    }

    @Test("Anything else is not taken for metadata", arguments: [0, 1, 2, 3, 4]) func refusal(byte: Int) {
        var bytes = Self.metadata.encoded
        bytes[byte] ^= 0x10
        #expect(CopyMetadata(bytes.span.bytes, at: 0) == nil)
    }

    @Test("Metadata that are cut short are none") func short() {
        for length in 0..<CopyMetadata.length {
            #expect(CopyMetadata(Array(Self.metadata.encoded[..<length]).span.bytes, at: 0) == nil)
        }
    }
}
