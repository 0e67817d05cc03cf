import Packets

/// The metadata of copies: what is read is what was written, in both directions. The first byte is the place.
enum MetadataFuzzer: Fuzzer {
    static let name = "metadata"

    static func test(_ input: UnsafeRawBufferPointer) {
        var values = Input(input)
        let offset = Int(values.uint8())
        read(values.buffer, at: offset)

        let metadata = CopyMetadata(
            stream: values.uint32(), target: values.uint8(), cpu: values.uint16(), sequence: values.uint32(),
            rule: values.uint32(), generation: values.uint8(), ruleSequence: values.uint32(),
            originalLength: values.uint32(), timestamp: values.uint64(), samplingRate: values.uint32(),
            flags: CopyMetadata.Flags(rawValue: values.uint8()))
        let written = metadata.encoded
        expect(written.count == CopyMetadata.length, "\(written.count) bytes of metadata")
        expect(CopyMetadata(written.span.bytes, at: 0) == metadata, "\(metadata) reads otherwise")
    }

    private static func read(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard let metadata = CopyMetadata(bytes.bytes, at: offset) else { return }
        let end = offset + CopyMetadata.length
        expect(end <= bytes.count, "metadata from \(offset) on in \(bytes.count) bytes")
        var expected = Array(bytes[offset..<end])
        // Three bits of an option's length are reserved, and the last two bytes of the metadata.
        expected[3] &= 0x1f
        expected.replaceSubrange(42..., with: [0, 0])
        expect(metadata.encoded == expected, "\(expected) became \(metadata.encoded)")
    }

    static let example = CopyMetadata(
        stream: 0x0102_0304, target: 3, cpu: 5, sequence: 7, rule: 11, generation: 2, ruleSequence: 4,
        originalLength: 1514, timestamp: 1_700_000_000_123_456_789, samplingRate: 16, flags: [.egress, .sampledByFlow])

    static func seeds() -> [Seed] {
        let shortened = CopyMetadata(
            stream: 1, sequence: .max, ruleSequence: 0, originalLength: 64, flags: .lengthsRewritten)
        var unknown = example.encoded
        unknown[4] = 2
        return [
            Seed("all-fields", [0] + example.encoded), Seed("shortened", [0] + shortened.encoded),
            Seed("behind-a-header", [8] + [UInt8](repeating: 0xee, count: 8) + example.encoded + [1, 2, 3]),
            Seed("unknown-version", [0] + unknown),
            Seed("cut-off", [0] + Array(example.encoded.dropLast())),
        ]
    }
}
