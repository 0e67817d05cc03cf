import Pcapng
import TestSupport
import Testing

@Suite struct CaptureReaderTests {
    /// A pcapng file in either byte order.
    struct Blocks {
        var bytes: [UInt8] = []
        let isBigEndian: Bool

        func number(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
        }

        mutating func block(_ type: UInt32, _ body: [UInt8]) {
            let length = number(UInt32(12 + body.count))
            bytes += number(type) + length + body + length
        }

        mutating func section() {
            block(0x0a0d_0d0a, number(UInt32(0x1a2b_3c4d)) + number(UInt16(1)) + number(UInt16(0)) + number(UInt64.max))
        }

        mutating func interface(options: [UInt8] = [], snapLength: UInt32 = 0) {
            block(1, number(UInt16(1)) + number(UInt16(0)) + number(snapLength) + options)
        }

        func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
            number(code) + number(UInt16(value.count)) + value + Array(repeating: 0, count: -value.count & 3)
        }

        mutating func packet(_ interface: UInt32, time: UInt64, _ data: [UInt8], length: UInt32? = nil) {
            block(
                6,
                number(interface) + number(UInt32(time >> 32)) + number(UInt32(time & 0xffff_ffff))
                    + number(length ?? UInt32(data.count)) + number(UInt32(data.count)) + data
                    + Array(repeating: 0, count: -data.count & 3))
        }
    }

    @Test(arguments: [false, true])
    func `both byte orders are read and unknown blocks are skipped`(isBigEndian: Bool) throws {
        var file = Blocks(isBigEndian: isBigEndian)
        file.section()
        file.block(0xbad, [1, 2, 3, 4])
        file.interface(options: file.option(2, Array("eth0".utf8)) + file.option(9, [9]) + file.option(0, []))
        file.packet(0, time: 5_000_000_007, [1, 2, 3])
        file.block(0x8000_0000, [])
        var reader = try CaptureReader(file.bytes)
        let packets = try reader.rest()
        #expect(packets.map(\.bytes) == [[1, 2, 3]])
        #expect(packets.first?.time == 5_000_000_007)
        #expect(reader.interfaces.first?.name == "eth0")
    }

    @Test(arguments: [
        (UInt8(6), UInt64(1_500_000), UInt64(1_500_000_000)), (0, 3, 3_000_000_000), (9, 7, 7), (12, 7999, 7),
        (0x8a, 1536, 1_500_000_000), (0x80, 2, 2_000_000_000), (127, UInt64.max, 0), (0xff, UInt64.max, 0),
    ])
    func `times of any resolution become nanoseconds`(resolution: UInt8, units: UInt64, nanoseconds: UInt64) throws {
        var file = Blocks(isBigEndian: false)
        file.section()
        file.interface(options: file.option(9, [resolution]))
        file.packet(0, time: units, [])
        var reader = try CaptureReader(file.bytes)
        #expect(try reader.next()?.time == nanoseconds)
    }

    @Test func `a time offset is added and a time that does not fit is refused`() throws {
        var file = Blocks(isBigEndian: false)
        file.section()
        file.interface(options: file.option(9, [9]) + file.option(14, file.number(Int64(100))))
        file.interface(options: file.option(9, [0]))
        file.packet(0, time: 5, [])
        file.packet(1, time: UInt64.max, [])
        var reader = try CaptureReader(file.bytes)
        #expect(try reader.next()?.time == 100_000_000_005)
        #expect(throws: PcapngError.self) { try reader.next() }
        #expect(try reader.next() == nil)
    }

    @Test func `sections number their own interfaces and have their own byte order`() throws {
        var bytes: [UInt8] = []
        for isBigEndian in [false, true, false] {
            var file = Blocks(isBigEndian: isBigEndian)
            file.section()
            file.interface(options: file.option(2, Array("\(isBigEndian)".utf8)))
            file.packet(0, time: 1, [7])
            bytes += file.bytes
        }
        var reader = try CaptureReader(bytes)
        #expect(try reader.rest().map(\.interface) == [0, 1, 2])
        #expect(reader.interfaces.map(\.name) == ["false", "true", "false"])
    }

    @Test func `simple and obsolete packet blocks are read`() throws {
        var file = Blocks(isBigEndian: true)
        file.section()
        file.interface(snapLength: 3)
        file.block(3, file.number(UInt32(10)) + [1, 2, 3, 0])
        file.block(
            2,
            file.number(UInt16(0)) + file.number(UInt16(9)) + file.number(UInt64(1)) + file.number(UInt32(2))
                + file.number(UInt32(60)) + [8, 9, 0, 0])
        var reader = try CaptureReader(file.bytes)
        let packets = try reader.rest()
        #expect(packets.map(\.bytes) == [[1, 2, 3], [8, 9]])
        #expect(packets.map(\.time) == [nil, 1000])
        #expect(packets.map(\.originalLength) == [10, 60])
    }

    static func damaged(_ change: (inout Blocks) -> Void) -> [UInt8] {
        var file = Blocks(isBigEndian: false)
        file.section()
        file.interface()
        change(&file)
        return file.bytes
    }

    /// 28 bytes of section header and 20 of interface description come first: block headers below are at byte 48.
    @Test(arguments: [
        ("no magic", Array("hello, world".utf8), PcapngError.Code.format, 0),
        ("three bytes", [0x0a, 0x0d, 0x0d], .truncated, 0),
        ("bad byte order", [0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4], .format, 8),
        ("no such interface", damaged { $0.packet(1, time: 0, []) }, .interface, 56),
        ("packet longer than its block", damaged { $0.packet(0, time: 0, [1, 2], length: 5) }, .length, 68),
        ("packet of 4 GiB", damaged { $0.packet(0, time: 0, [1, 2], length: .max) }, .length, 68),
        ("short packet block", damaged { $0.block(6, [0, 0, 0, 0]) }, .length, 56),
        ("short statistics", damaged { $0.block(5, [0, 0, 0, 0]) }, .length, 56),
        ("option beyond its block", damaged { $0.interface(options: [2, 0, 5, 0, 1, 2, 3, 4]) }, .length, 66),
        ("empty resolution", damaged { $0.interface(options: [9, 0, 0, 0]) }, .length, 68),
        ("length not a multiple of 4", damaged { $0.bytes += [9, 0, 0, 0, 13, 0, 0, 0, 0, 13, 0, 0, 0] }, .length, 52),
        ("length below 12", damaged { $0.bytes += [9, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0] }, .length, 52),
        ("block beyond the file", damaged { $0.bytes += [9, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0] }, .truncated, 52),
        ("lengths differ", damaged { $0.bytes += [9, 0, 0, 0, 12, 0, 0, 0, 16, 0, 0, 0] }, .length, 56),
        ("part of a header", damaged { $0.bytes += [9, 0, 0] }, .truncated, 48),
    ])
    func `damage is reported with its place`(name: String, bytes: [UInt8], code: PcapngError.Code, offset: Int) {
        let error = #expect(throws: PcapngError.self) {
            var reader = try CaptureReader(bytes)
            _ = try reader.rest()
        }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
        #expect(error?.message.hasPrefix("byte \(offset): ") == true)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `a damaged or truncated file never traps`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var writer = PcapngWriter([UInt8](), comments: ["c"])
        for index in 0..<4 as Range<UInt32> {
            _ = try writer.add(CaptureInterface(linkType: .ethernet, name: "n\(index)"))
            let packet = generator.bytes(Int.random(in: 0...40, using: &generator))
            try writer.write(packet.span.bytes, interface: index, time: 1, direction: .inbound, comment: "x")
            try writer.write(CaptureStatistics(interface: index, time: 2, received: 1))
        }
        let whole = try writer.finish()
        for round in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = generator.once(in: 2) ? 0xff : UInt8.random(in: 0...255, using: &generator)
            }
            if round.isMultiple(of: 3) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            var reader = try? CaptureReader(bytes)
            _ = try? reader?.rest()
        }
    }

    static let classicMagic: [(bytes: [UInt8], isBigEndian: Bool, unit: UInt64)] = [
        ([0xd4, 0xc3, 0xb2, 0xa1], false, 1000), ([0xa1, 0xb2, 0xc3, 0xd4], true, 1000),
        ([0x4d, 0x3c, 0xb2, 0xa1], false, 1), ([0xa1, 0xb2, 0x3c, 0x4d], true, 1),
    ]

    func classic(_ kind: Int) -> [UInt8] {
        let (magic, isBigEndian, _) = Self.classicMagic[kind]
        let file = Blocks(isBigEndian: isBigEndian)
        return magic + file.number(UInt16(2)) + file.number(UInt16(4)) + file.number(UInt64(0))
            + [65535, 1, 10, 7, 3, 99].flatMap { file.number(UInt32($0)) } + [1, 2, 3]
    }

    @Test(arguments: 0..<4)
    func `classic files of both byte orders and units are read`(kind: Int) throws {
        var reader = try CaptureReader(classic(kind))
        let packet = try #require(try reader.next())
        #expect(packet.bytes == [1, 2, 3])
        #expect(packet.originalLength == 99)
        #expect(packet.time == 10_000_000_000 + 7 * Self.classicMagic[kind].unit)
        #expect(try reader.next() == nil)
        #expect(reader.interfaces == [CaptureInterface(linkType: .ethernet, snapLength: 65535)])
    }

    @Test func `a classic file that ends early is refused at every length`() {
        let whole = classic(0)
        for length in 0..<whole.count where length != 24 {
            #expect(throws: PcapngError.self, "\(length)") {
                var reader = try CaptureReader(Array(whole[..<length]))
                _ = try reader.rest()
            }
        }
    }

    @Test(arguments: ["pcap", "nsecpcap", "pcapng"])
    func `files that Wireshark's tools write are read`(format: String) throws {
        var generator = SeededGenerator(seed: 3)
        let frames = (0..<100).map { generator.bytes(14 + $0) }
        let directory = try TemporaryDirectory()
        let source = try directory.write(ClassicCapture.bytes(frames), to: "source.pcap")
        try Tool("editcap").run("-F", format, source, directory.path("editcap"))
        try Tool("tshark").run("-r", source, "-F", format, "-w", directory.path("tshark"))
        for name in ["editcap", "tshark"] {
            var reader = try CaptureReader(directory.read(name))
            let packets = try reader.rest()
            #expect(packets.map(\.bytes) == frames)
            #expect(packets.map(\.time) == (0..<100).map { UInt64($0) * 1_000_000_000 })
            #expect(reader.interfaces.map(\.linkType) == [.ethernet])
        }
    }
}
