import Pcapng

/// Capture files: what the reader accepts and the writer writes again reads the same.
enum CaptureFuzzer: Fuzzer {
    static let name = "capture"

    static func test(_ input: UnsafeRawBufferPointer) {
        let file = Array(input)
        do throws(PcapngError) {
            var reader = try CaptureReader(file)
            var packets: [CapturedPacket] = []
            do throws(PcapngError) {
                while let packet = try reader.next() {
                    expect(reader.interfaces.indices.contains(packet.interface), "no interface \(packet.interface)")
                    expect(packet.bytes.count <= file.count, "\(packet.bytes.count) bytes out of \(file.count)")
                    packets.append(packet)
                }
            } catch {
                expect(require("what follows an error") { try reader.next() } == nil, "a packet after \(error)")
                throw error
            }
            check(reader, packets)
        } catch {
            expect(error.offset.map { (0...file.count).contains($0) } == true, "an error outside of the file: \(error)")
            expect(!error.message.contains("\n"), "a message of two lines: \(error)")
        }
    }

    private static func check(_ reader: CaptureReader, _ packets: [CapturedPacket]) {
        let written = require("a file that was read is not written") { try write(reader, packets) }
        let (again, same) = require("a file that was written is not read") {
            var again = try CaptureReader(written)
            // Interfaces and statistics are known when all has been read.
            let packets = try again.rest()
            return (again, packets)
        }
        expect(reader.comments == again.comments, "comments \(reader.comments) became \(again.comments)")
        expect(reader.interfaces == again.interfaces, "\(reader.interfaces) became \(again.interfaces)")
        expect(reader.statistics == again.statistics, "\(reader.statistics) became \(again.statistics)")
        expect(packets.map(Self.asWritten) == same, "\(packets) became \(same)")
    }

    /// The writer gives each packet a time, and one comment.
    private static func asWritten(_ packet: CapturedPacket) -> CapturedPacket {
        var packet = packet
        packet.time = packet.time ?? 0
        packet.comments = Array(packet.comments.prefix(1))
        return packet
    }

    private static func write(_ reader: CaptureReader, _ packets: [CapturedPacket]) throws -> [UInt8] {
        var writer = PcapngWriter([UInt8](), comments: reader.comments, bufferSize: 1 << 12)
        for interface in reader.interfaces { _ = try writer.add(interface) }
        for packet in packets.map(Self.asWritten) {
            try writer.write(
                packet.bytes.span.bytes, interface: UInt32(packet.interface), time: packet.time ?? 0,
                originalLength: packet.originalLength, direction: packet.direction, comment: packet.comments.first)
        }
        for statistics in reader.statistics { try writer.write(statistics) }
        return try writer.finish()
    }

    static func seeds() throws -> [Seed] {
        var writer = PcapngWriter(
            [UInt8](), application: "periscope", operatingSystem: "Linux", comments: ["about all"])
        let first = try writer.add(
            CaptureInterface(linkType: .ethernet, name: "eth0", description: "from 10.0.0.1", snapLength: 96))
        let second = try writer.add(CaptureInterface(linkType: .raw, comments: ["raw"]))
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7]
        try writer.write(
            bytes.span.bytes, interface: first, time: 1_700_000_000_123_456_789, originalLength: 1514,
            direction: .inbound, comment: "rule web")
        try writer.write(bytes.span.bytes, interface: second, time: 1)
        try writer.write(
            CaptureStatistics(interface: first, time: 5, startTime: 1, endTime: 4, received: 9, dropped: 2))
        let written = try writer.finish()
        return [
            Seed("written", written), Seed("classic", classic), Seed("classic-nanoseconds", classicNanoseconds),
            Seed("big-endian", bigEndian),
        ]
    }

    private static let record: [UInt8] = [10, 0, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0, 99, 0, 0, 0, 1, 2, 3]
    private static let header: [UInt8] = [2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 1, 0, 0, 0]
    private static let classic: [UInt8] = [0xd4, 0xc3, 0xb2, 0xa1] + header + record + record
    private static let classicNanoseconds: [UInt8] = [0x4d, 0x3c, 0xb2, 0xa1] + header + record

    /// A section header, an interface with a resolution and an offset, an obsolete and a simple packet block, and an
    /// unknown one.
    private static let bigEndian: [UInt8] =
        [0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0]
        + [UInt8](repeating: 0xff, count: 8) + [0, 0, 0, 28]
        + [0, 0, 0, 1, 0, 0, 0, 44, 0, 1, 0, 0, 0, 0, 0, 5, 0, 9, 0, 1, 0x8a, 0, 0, 0]
        + [0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 44]
        + [
            0, 0, 0, 2, 0, 0, 0, 36, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 60, 8, 9, 0, 0, 0, 0, 0,
            36,
        ]
        + [0, 0, 0, 3, 0, 0, 0, 24, 0, 0, 0, 9, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 24]
        + [0, 0, 0x0b, 0xad, 0, 0, 0, 16, 1, 2, 3, 4, 0, 0, 0, 16]
}
