import Packets
import TestSupport
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

    // MARK: In tunnels

    private static let packet = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2).packet

    private func found(_ tunnel: Tunnel, _ header: [UInt8]) -> CopyMetadata? {
        guard
            case .packet(_, _, let offset, let metadata) = Decapsulation(
                tunnel, payload: (header + Self.packet).span.bytes)
        else {
            Issue.record("the packet does not count any more")
            return nil
        }
        #expect(offset == header.count)
        return metadata
    }

    private static func option(_ bytes: [UInt8] = metadata.encoded) throws -> GeneveOption {
        try GeneveOption(optionClass: 0xff50, type: 1, data: Array(bytes[4...]))
    }

    @Test("Metadata are found among Geneve options, wherever they stand") func amongOptions() throws {
        let header = GeneveHeader(vni: 1, protocolType: Ethernet.ipv4)
        let other = try GeneveOption(optionClass: 0x0102, type: 0x21, data: [UInt8](repeating: 7, count: 20))
        let empty = try GeneveOption(optionClass: 0xff50, type: 1, data: [])
        let metadata = try Self.option()
        for options in [
            [metadata], [other, metadata], [metadata, other], [empty, other, metadata], [metadata, metadata],
        ] {
            #expect(found(.geneve, try header.encoded(options: options)) == Self.metadata)
        }
        for options in [[], [other], [empty]] { #expect(found(.geneve, try header.encoded(options: options)) == nil) }
    }

    @Test("Metadata are GUE's private data, behind the fields that flags announce") func asPrivateData() throws {
        let header = GUEHeader.data(ipProtocol: IPProtocol.ipv4, flags: 0)
        #expect(found(.gue, try header.encoded(extensions: Self.metadata.encoded)) == Self.metadata)
        #expect(found(.gue, try header.encoded(extensions: Self.metadata.encoded + [0, 0, 0, 0])) == Self.metadata)
        let private0 = GUEHeader.data(ipProtocol: IPProtocol.ipv4, flags: GUEHeader.privateFlag)
        let cases: [(flags: [UInt8], isFound: Bool)] = [
            ([0, 0, 0, 0], true), ([0x80, 0, 0, 0, 0, 20, 0, 6], true), ([0x80, 0, 0, 0], false),
            ([0, 0, 0, 1], false),
        ]
        for (flags, isFound) in cases {
            let bytes = try private0.encoded(extensions: flags + Self.metadata.encoded)
            #expect(found(.gue, bytes) == (isFound ? Self.metadata : nil), "\(flags)")
        }
        // What follows the header is the packet's, and no metadata.
        #expect(found(.gue, try header.encoded()) == nil)
        #expect(found(.gue, try header.encoded(extensions: Array(Self.metadata.encoded[..<40]))) == nil)
    }

    @Test("Metadata of another version are none, and the packet counts", arguments: [0, 2, 255] as [UInt8])
    func version(number: UInt8) throws {
        var bytes = Self.metadata.encoded
        bytes[4] = number
        let header = GeneveHeader(vni: 1, protocolType: Ethernet.ipv4)
        #expect(found(.geneve, try header.encoded(options: [try Self.option(bytes)])) == nil)
        #expect(found(.gue, try GUEHeader.data(ipProtocol: 4, flags: 0).encoded(extensions: bytes)) == nil)
    }
}
