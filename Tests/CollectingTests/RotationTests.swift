import Foundation
import Packets
import Pcapng
import TestSupport
import Testing

@testable import Collecting

@Suite struct RotationTests {
    let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2")
        .udp(from: 1, to: 2, payload: [UInt8](repeating: 9, count: 1000))

    func files(_ directory: TemporaryDirectory) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path("")).sorted()
    }

    /// Sends copies with numbers, of which every hundredth is missing.
    func send(_ count: UInt32, to collector: TestCollector) throws {
        let sender = try collector.sender(.geneve)
        for number in 0..<count where number % 100 != 50 {
            let copy = CopyMetadata(
                stream: 1, sequence: number, ruleSequence: number, originalLength: UInt32(frame.frame.count))
            try sender.send(GeneveHeader(vni: 1).encoded(options: [copy.option]) + frame.frame)
        }
    }

    @Test func `files by size are whole, and no packet is lost between them`() async throws {
        let directory = try TemporaryDirectory()
        let collector = try TestCollector {
            $0.output = .file(directory.path("out.pcapng"))
            $0.rotation = .init(size: 100_000)
        }
        try send(2000, to: collector)
        let snapshot = try await collector.finish()
        #expect(snapshot.received == 1980)
        #expect(snapshot.written == 1980)
        #expect(snapshot.notWritten == 0)
        let files = try files(directory)
        // 1,042 bytes and the block around them.
        #expect((20...24).contains(files.count))
        var (packets, received, lost) = (0, UInt64(0), UInt64(0))
        for (index, name) in files.enumerated() {
            #expect(name.hasPrefix("out-\(String(repeating: "0", count: index < 9 ? 4 : 3))\(index + 1)-20"))
            #expect(name.hasSuffix("Z.pcapng"))
            let bytes = try directory.read(name)
            #expect(bytes.count <= 100_500)
            var reader = try CaptureReader(bytes)
            let here = try reader.rest()
            #expect(here.allSatisfy { $0.bytes == frame.frame })
            #expect(reader.statistics.count == 1)
            #expect(reader.statistics.first?.received == UInt64(here.count))
            packets += here.count
            received += reader.statistics.first?.received ?? 0
            lost += reader.statistics.first?.dropped ?? 0
            #expect(try Tool("capinfos").run(directory.path(name)).contains("Number of stat entries = 1"))
        }
        #expect(packets == 1980)
        #expect(received == 1980)
        #expect(lost == 20)
    }

    @Test func `only as many files stay as are to be kept, and nobody else's is touched`() async throws {
        let directory = try TemporaryDirectory()
        let others = [
            "out.pcapng", "out-00001.pcapng", "out-00002-20260101T000000Z.pcap", "other-00001-20260101T000000Z.pcapng",
            "out-0001-20260101T000000Z.pcapng", "out-00003-20260101T000000Z.pcapng.gz",
            "out-x0001-20260101T000000Z.pcapng",
            "out-00001-20260101-000000.pcapng",
        ]
        for name in others { _ = try directory.write([1], to: name) }
        // Of an earlier run.
        for number in 1...4 { _ = try directory.write([2], to: "out-0000\(number)-20260101T000000Z.pcapng") }
        try FileManager.default.createSymbolicLink(
            atPath: directory.path("out-00000-20260101T000000Z.pcapng"),
            withDestinationPath: directory.path("out.pcapng"))
        let collector = try TestCollector {
            $0.output = .file(directory.path("out.pcapng"))
            $0.rotation = .init(size: 100_000, keep: 3)
        }
        try send(1000, to: collector)
        let snapshot = try await collector.finish()
        #expect(snapshot.written == 990)
        let left = try files(directory)
        #expect(Set(others).isSubset(of: left))
        #expect(left.contains("out-00000-20260101T000000Z.pcapng"))
        let ours = left.filter { !others.contains($0) && !$0.contains("-00000-") }
        #expect(ours.count == 3)
        // The number goes on where the earlier run stopped.
        #expect(ours.last.map { $0 > "out-00014-" } == true)
        var packets = 0
        for name in ours {
            var reader = try CaptureReader(directory.read(name))
            packets += try reader.rest().count
        }
        #expect(packets > 180)
    }

    @Test func `files by time are whole, and one without packets is no reason for another`() async throws {
        let directory = try TemporaryDirectory()
        let collector = try TestCollector {
            $0.output = .file(directory.path("out"))
            $0.rotation = .init(time: .seconds(1))
            $0.duration = .seconds(6)
        }
        let sender = try collector.sender(.vxlan)
        async let ended = collector.run()
        for number in 0..<12 {
            try await Task.sleep(for: .milliseconds(100))
            if number < 11 { try sender.send(Carried.vxlan.datagram(frame)) }
        }
        let snapshot = try await ended
        let files = try files(directory)
        #expect(snapshot.written == 11)
        #expect(files.count >= 2, "\(files)")
        var packets: [Int] = []
        for name in files {
            var reader = try CaptureReader(directory.read(name))
            packets.append(try reader.rest().count)
        }
        #expect(packets.reduce(0, +) == 11)
        // Only the last one may be empty: after it nothing came.
        #expect(packets.dropLast().allSatisfy { $0 > 0 })
    }

    @Test func `a next file that cannot be made loses no packet`() async throws {
        let directory = try TemporaryDirectory()
        let folder = directory.path("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let collector = try TestCollector {
            $0.output = .file(folder + "/out.pcapng")
            $0.rotation = .init(size: 50_000)
        }
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
        // The file stays open; there is no folder for another one.
        _ = try Tool("ln").run(folder + "/" + name, directory.path("kept.pcapng"))
        try FileManager.default.removeItem(atPath: folder)
        try send(500, to: collector)
        let snapshot = try await collector.finish()
        #expect(snapshot.written == 495)
        #expect(snapshot.notWritten == 0)
        #expect(snapshot.lastWriteFailure?.contains("No such file or directory") == true)
        var reader = try CaptureReader(directory.read("kept.pcapng"))
        #expect(try reader.rest().count == 495)
    }

    @Test(
        arguments: [
            ("out.pcapng", "out-00001-20261124T181500Z.pcapng", 1),
            ("out.pcapng", "out-123456-20261124T181500Z.pcapng", 123456),
            ("a/b-c.d.e", "b-c.d-00042-20261124T181500Z.e", 42), (".hidden", ".hidden-00007-20261124T181500Z", 7),
            ("out.pcapng", "out-00001-20261124T181500Z.pcap", nil),
            ("out.pcapng", "out--0001-20261124T181500Z.pcapng", nil),
            ("out.pcapng", "out-00001-20261124T18150xZ.pcapng", nil), ("out.pcapng", "out.pcapng", nil),
            ("out.pcapng", "out-00001-20261124T181500Z-.pcapng", nil), ("out.pcapng", "out-.pcapng", nil),
            ("out", "out-", nil), ("out.pcapng", "out-00001-٢٠٢٦1124T181500Z.pcapng", nil),
            ("out.pcapng", "out-99999999999999999999-20261124T181500Z.pcapng", nil),
        ] as [(String, String, UInt64?)])
    func `names are ours only if they are exactly as we make them`(path: String, name: String, number: UInt64?) throws {
        let directory = try TemporaryDirectory()
        #expect(FileSeries(directory.path(path), keep: nil).number(in: name) == number)
    }
}
