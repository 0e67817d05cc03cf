import Collecting
import Expressions
import Packets
import Pcapng
import TestSupport
import Testing

/// What metadata of copies say in captures and counters, from datagrams as a mirror sends them.
@Suite struct MetadataTests {
    static let packet = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(
        from: 1, to: 53, payload: [UInt8](repeating: 5, count: 100))
    static let mirrored: UInt64 = 1_500_000_000_123_456_789

    func metadata(
        _ sequence: UInt32, rule: UInt32 = 3, originalLength: Int, rate: UInt32 = 1, flags: CopyMetadata.Flags = []
    ) -> CopyMetadata {
        CopyMetadata(
            stream: 1, sequence: sequence, rule: rule, ruleSequence: sequence,
            originalLength: UInt32(originalLength), timestamp: Self.mirrored, samplingRate: rate, flags: flags)
    }

    func geneve(_ copy: CopyMetadata, _ frame: [UInt8]) throws -> [UInt8] {
        try GeneveHeader(vni: 1).encoded(options: [copy.option]) + frame
    }

    func gue(_ copy: CopyMetadata, _ packet: [UInt8]) throws -> [UInt8] {
        try GUEHeader.data(ipProtocol: IPProtocol.ipv4, flags: 0).encoded(extensions: copy.encoded) + packet
    }

    @Test func `original length, direction, rule and rate stand in the capture`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("out.pcapng")
        let collector = try TestCollector { $0.output = .file(path) }
        let (frame, packet) = (Self.packet.frame, Self.packet.packet)
        let sender = try collector.sender(.geneve)
        // A whole one, a shortened one, one of a sample, and one that says it was shorter than it is.
        try sender.send(geneve(metadata(0, originalLength: frame.count), frame))
        try sender.send(geneve(metadata(1, originalLength: 1500, flags: .egress), Array(frame[..<60])))
        try sender.send(geneve(metadata(2, rule: 70_000, originalLength: frame.count, rate: 10), frame))
        try sender.send(geneve(metadata(3, originalLength: 20, rate: 4, flags: .sampledByFlow), frame))
        try sender.send(geneve(metadata(3, originalLength: 20, rate: 4, flags: .sampledByFlow), frame))
        let gueSender = try collector.sender(.gue)
        // IP alone: whole out of a frame with padding or tags; cut; cut and rewritten.
        try gueSender.send(gue(metadata(0, originalLength: packet.count + 18), packet))
        try gueSender.send(gue(metadata(1, originalLength: 300), Array(packet[..<60])))
        try gueSender.send(gue(metadata(2, originalLength: 300, flags: .lengthsRewritten), packet))
        try gueSender.send(gue(metadata(3, originalLength: 10, flags: .lengthsRewritten), packet))
        let snapshot = try await collector.finish()
        #expect(snapshot.written == 9)

        let fields = ["frame.len", "frame.cap_len", "frame.packet_flags_direction", "frame.comment"]
        let lines = try Tool("tshark").run(
            ["-n", "-r", path, "-T", "fields", "-E", "separator=|"] + fields.flatMap { ["-e", $0] }
        ).split(separator: "\n").map(String.init)
        let (whole, ip) = (frame.count, packet.count)
        #expect(
            lines.sorted()
                == [
                    "\(whole)|\(whole)|0x00000001|rule 3", "1500|60|0x00000002|rule 3",
                    "\(whole)|\(whole)|0x00000001|rule 70000, one of 10 packets",
                    "\(whole)|\(whole)|0x00000001|rule 3, one of 4 flows",
                    "\(whole)|\(whole)|0x00000001|rule 3, one of 4 flows, duplicate",
                    "\(ip)|\(ip)|0x00000001|rule 3", "\(ip)|60|0x00000001|rule 3", "286|\(ip)|0x00000001|rule 3",
                    "\(ip)|\(ip)|0x00000001|rule 3",
                ].sorted())
        #expect(try Tool("capinfos").run(path).contains("Number of packets:   9"))
    }

    @Test func `what was lost of a sender is the drop count of its interface`() async throws {
        let directory = try TemporaryDirectory()
        let collector = try TestCollector { $0.output = .file(directory.path("out.pcapng")) }
        let frame = Self.packet.frame
        let sender = try collector.sender(.geneve)
        for number in [0, 1, 4, 4, 3, 9] as [UInt32] {
            try sender.send(geneve(metadata(number, originalLength: frame.count), frame))
        }
        try collector.sender(.vxlan).send(Carried.vxlan.datagram(Self.packet))
        let snapshot = try await collector.finish()
        let row = try #require(snapshot.senders.first { $0.tunnel == .geneve })
        #expect([row.received, row.lost, row.reordered, row.duplicated] == [5, 5, 1, 1])
        #expect(row.rules?.map(\.lost) == [5])
        #expect(row.bytes == UInt64(5 * frame.count))
        #expect(snapshot.senders.first { $0.tunnel == .vxlan }?.lost == nil)
        #expect(snapshot.received == 6)
        #expect(snapshot.missing == 5)
        #expect(snapshot.written == 7)
        var reader = try CaptureReader(directory.read("out.pcapng"))
        #expect(try reader.rest().count == 7)
        for (name, received, dropped) in [("geneve 127.0.0.1 vni 1", 6, 5), ("vxlan 127.0.0.1 vni 7", 1, nil)]
            as [(String, UInt64, UInt64?)]
        {
            let index = reader.interfaces.firstIndex { $0.name == name }
            let statistics = reader.statistics.first { $0.interface == index.map(UInt32.init) }
            #expect(statistics?.received == received)
            #expect(statistics?.dropped == dropped)
        }
        let info = try Tool("capinfos").run(directory.path("out.pcapng"))
        #expect(info.contains("Number of packets:   7"))
    }

    @Test(arguments: [CollectorConfiguration.Timestamps.arrival, .mirror])
    func `packets have the time that is asked for`(timestamps: CollectorConfiguration.Timestamps) async throws {
        let directory = try TemporaryDirectory()
        let collector = try TestCollector {
            $0.output = .file(directory.path("out.pcapng"))
            $0.timestamps = timestamps
        }
        try collector.sender(.geneve).send(geneve(metadata(0, originalLength: 100), Self.packet.frame))
        try collector.sender(.vxlan).send(Carried.vxlan.datagram(Self.packet))
        let snapshot = try await collector.finish()
        var reader = try CaptureReader(directory.read("out.pcapng"))
        let packets = try reader.rest()
        #expect(packets.count == 2)
        for packet in packets {
            let isMirrored = timestamps == .mirror && packet.direction != nil
            #expect(
                isMirrored ? packet.time == Self.mirrored : (packet.time ?? 0) > snapshot.startTime - 10_000_000_000)
        }
    }

    @Test func `only what matches is written and delivered, and all is counted`() async throws {
        let directory = try TemporaryDirectory()
        let namespace = try NetworkNamespace()
        let collector = try TestCollector(in: namespace) {
            $0.output = .file(directory.path("out.pcapng"))
            $0.deliveryInterface = "ids0"
            $0.filter = try? PacketFilter("udp port 53 and greater 1000")
        }
        let other = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(
            from: 1, to: 54, payload: [UInt8](repeating: 5, count: 1200))
        let large = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(
            from: 1, to: 53, payload: [UInt8](repeating: 5, count: 1200))
        for carried in Carried.allCases {
            let sender = try collector.sender(carried.tunnel)
            for builder in [Self.packet, other, large] { try sender.send(carried.datagram(builder)) }
        }
        // It was larger than it is.
        try collector.sender(.geneve).send(geneve(metadata(0, originalLength: 1400), Self.packet.frame))
        let snapshot = try await collector.finish()
        #expect(snapshot.received == 19)
        #expect(snapshot.filteredOut == 12)
        #expect(snapshot.written == 7)
        #expect(snapshot.delivery?.sent == 7)
        var reader = try CaptureReader(directory.read("out.pcapng"))
        let packets = try reader.rest()
        #expect(packets.filter { [large.frame, large.packet].contains($0.bytes) }.count == 6)
        #expect(packets.count == 7)
        #expect(reader.statistics.reduce(0) { $0 + ($1.received ?? 0) } == 19)
        #expect(reader.statistics.reduce(0) { $0 + ($1.accepted ?? $1.received ?? 0) } == 7)
    }
}
