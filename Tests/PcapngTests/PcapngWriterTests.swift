import Pcapng
import TestSupport
import Testing

@Suite struct PcapngWriterTests {
    static let time: UInt64 = 1_700_000_000_123_456_789

    func capture() throws -> [UInt8] {
        var writer = PcapngWriter([UInt8](), application: "Periscope", operatingSystem: "Linux", comments: ["a test"])
        let ethernet = try writer.add(
            CaptureInterface(linkType: .ethernet, name: "vxlan 10.0.0.1 vni 7", description: "first"))
        let raw = try writer.add(CaptureInterface(linkType: .raw, name: "gue ::1", comments: ["no VNI"]))
        for length in 0...9 {
            let bytes = (0..<UInt8(length)).map { $0 + 1 }
            try writer.write(
                bytes.span.bytes, interface: ethernet, time: Self.time + UInt64(length), originalLength: 1500)
        }
        try writer.write(
            ([0x45, 0, 0, 1] as [UInt8]).span.bytes, interface: raw, time: Self.time, direction: .outbound, comment: "é"
        )
        try writer.write(
            CaptureStatistics(
                interface: ethernet, time: Self.time + 10, startTime: Self.time, endTime: Self.time + 9, received: 10,
                dropped: 3, accepted: 8))
        return try writer.finish()
    }

    @Test func `the reader gives back what the writer took`() throws {
        var reader = try CaptureReader(capture())
        let packets = try reader.rest()
        #expect(reader.comments == ["a test"])
        #expect(reader.interfaces.map(\.name) == ["vxlan 10.0.0.1 vni 7", "gue ::1"])
        #expect(reader.interfaces.map(\.linkType) == [.ethernet, .raw])
        #expect(reader.interfaces.map(\.comments) == [[], ["no VNI"]])
        #expect(packets.count == 11)
        for (length, packet) in packets.prefix(10).enumerated() {
            #expect(packet.bytes == (0..<UInt8(length)).map { $0 + 1 })
            #expect(packet.time == Self.time + UInt64(length))
            #expect(packet.originalLength == 1500)
            #expect(packet.interface == 0)
            #expect(packet.direction == nil)
        }
        #expect(packets[10].direction == .outbound)
        #expect(packets[10].comments == ["é"])
        #expect(packets[10].interface == 1)
        #expect(packets[10].originalLength == 4)
        #expect(
            reader.statistics == [
                CaptureStatistics(
                    interface: 0, time: Self.time + 10, startTime: Self.time, endTime: Self.time + 9, received: 10,
                    dropped: 3, accepted: 8)
            ])
    }

    @Test func `a packet of an interface that was not described is refused`() throws {
        var writer = PcapngWriter([UInt8]())
        let packet: [UInt8] = [1]
        do {
            try writer.write(packet.span.bytes, interface: 0, time: 0)
            Issue.record("it was written")
        } catch {
            #expect(error.code == .interface)
        }
        #expect(try CaptureReader(try writer.finish()).interfaces.isEmpty)
    }

    @Test func `text beyond an option's length is cut`() throws {
        var writer = PcapngWriter([UInt8]())
        _ = try writer.add(CaptureInterface(linkType: .raw, name: String(repeating: "é", count: 50_000)))
        var reader = try CaptureReader(try writer.finish())
        #expect(try reader.next() == nil)
        let name = try #require(reader.interfaces.first?.name)
        #expect((65_000...65_535).contains(name.utf8.count))
        #expect(name.allSatisfy { $0 == "é" })
    }

    @Test(arguments: [1, 100, 1 << 18])
    func `the size of the buffer does not show in the file`(bufferSize: Int) throws {
        var generator = SeededGenerator(seed: 1)
        var writer = PcapngWriter([UInt8](), bufferSize: bufferSize)
        let interface = try writer.add(CaptureInterface(linkType: .ethernet))
        let packets = (0..<500).map { _ in generator.bytes(Int.random(in: 0...2000, using: &generator)) }
        for (index, packet) in packets.enumerated() {
            try writer.write(packet.span.bytes, interface: interface, time: UInt64(index))
        }
        var reader = try CaptureReader(try writer.finish())
        #expect(try reader.rest().map(\.bytes) == packets)
    }

    /// A disk that is full from some byte on.
    struct FullDisk: PcapngSink {
        var bytes: [UInt8] = []
        let room: Int

        mutating func write(_ new: RawSpan) throws(PcapngError) {
            guard bytes.count + new.byteCount <= room else { throw PcapngError(sink: "the disk is full", cause: nil) }
            bytes.write(new)
        }
    }

    @Test func `a sink that fails is reported and what came before stays whole`() throws {
        var writer = PcapngWriter(FullDisk(room: 4096), bufferSize: 512)
        let interface = try writer.add(CaptureInterface(linkType: .ethernet))
        let packet = [UInt8](repeating: 1, count: 100)
        var written = 0
        do throws(PcapngError) {
            for _ in 0..<1000 {
                try writer.write(packet.span.bytes, interface: interface, time: 0)
                written += 1
            }
            Issue.record("a disk of 4,096 bytes took it all")
        } catch {
            #expect(error.code == .sink)
        }
        // The buffer keeps what the disk did not take, and no more comes to it.
        do throws(PcapngError) {
            try writer.flush()
            Issue.record("the disk has room again")
        } catch {
            #expect(error.code == .sink)
        }
        let buffered = writer.bufferedPackets
        let disk = writer.abandon()
        var reader = try CaptureReader(disk.bytes)
        let packets = try reader.rest()
        #expect(packets.count + Int(buffered) == written)
        #expect(packets.count > 0)
    }

    @Test func `tshark and capinfos read what we write`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(capture(), to: "written.pcapng")
        let fields = [
            "frame.time_epoch", "frame.cap_len", "frame.len", "frame.interface_name", "frame.packet_flags_direction",
            "frame.comment",
        ]
        let lines = try Tool("tshark").run(
            ["-n", "-r", path, "-T", "fields", "-E", "separator=|"] + fields.flatMap { ["-e", $0] }
        ).split(separator: "\n")
        #expect(lines.count == 11)
        #expect(lines.first == "1700000000.123456789|0|1500|vxlan 10.0.0.1 vni 7||")
        #expect(lines.last == "1700000000.123456789|4|4|gue ::1|0x00000002|é")
        let info = try Tool("capinfos").run(path)
        for expected in [
            "File type:           Wireshark/... - pcapng", "Number of packets:   11", "Capture application: Periscope",
            "Capture comment:     a test", "Time precision = nanoseconds (9)", "Number of stat entries = 1",
            "Description = first", "Name = gue ::1", "Encapsulation = Raw IP",
        ] {
            #expect(info.contains(expected), "\(info)")
        }
    }
}
