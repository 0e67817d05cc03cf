import BPF
import TestSupport
import Testing

@testable import Chaining

/// Settings of maps, and numbers read from them.
struct MapContentsTests {
    @Test func `text says number, address or text`() {
        let cases: [(String, MapValue)] = [
            ("0", .number(0)), ("-1", .number(-1)), ("0xff", .number(255)),
            ("0xffffffffffffffff", .number(-1)), ("10.0.0.1", .address([10, 0, 0, 1], prefix: 32)),
            ("10.0.0.0/8", .address([10, 0, 0, 0], prefix: 8)),
            ("fe80::1", .address([0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1], prefix: 128)),
            ("10.0.0.0/33", .text("10.0.0.0/33")), ("10.0.0.1.5", .text("10.0.0.1.5")), ("eth0", .text("eth0")),
            ("", .text("")), ("9223372036854775808", .text("9223372036854775808")),
        ]
        for (text, value) in cases { #expect(MapValue(text) == value, "\(text)") }
    }

    @Test func `values become so many bytes, or do not fit`() {
        let cases: [(MapValue, Int, [UInt8]?)] = [
            // As l3afd: the low bytes of a 64-bit number.
            (.number(8080), 2, [0x90, 0x1f]), (.number(8080), 4, [0x90, 0x1f, 0, 0]), (.number(255), 1, [255]),
            (.number(-1), 1, [255]), (.number(-128), 1, [128]), (.number(256), 1, nil), (.number(-129), 1, nil),
            (.number(-2), 12, [254] + [UInt8](repeating: 255, count: 11)),
            (.number(1), 12, [1] + [UInt8](repeating: 0, count: 11)),
            (.number(.max), 8, [255, 255, 255, 255, 255, 255, 255, 127]), (.number(1 << 32), 4, nil),
            (.address([10, 0, 0, 1], prefix: 32), 4, [10, 0, 0, 1]), (.address([10, 0, 0, 1], prefix: 32), 8, nil),
            (.address([10, 0, 0, 0], prefix: 8), 4, nil), (.text("lo"), 4, [0x6c, 0x6f, 0, 0]), (.text("lo"), 1, nil),
            (.bytes([1, 2]), 2, [1, 2]), (.bytes([1, 2]), 3, nil),
        ]
        for (value, size, bytes) in cases { #expect(value.encoded(size) == bytes, "\(value) in \(size)") }
        let trie: [(MapValue, Int, [UInt8]?)] = [
            (.address([10, 1, 2, 3], prefix: 12), 8, [12, 0, 0, 0, 10, 0, 0, 0]),
            (.address([10, 1, 2, 3], prefix: 32), 8, [32, 0, 0, 0, 10, 1, 2, 3]),
            (.address([10, 1, 2, 3], prefix: 0), 8, [0, 0, 0, 0, 0, 0, 0, 0]),
            (.address([10, 1, 2, 3], prefix: 32), 20, nil), (.number(1), 8, nil),
        ]
        for (value, size, bytes) in trie { #expect(value.encoded(size, isTrieKey: true) == bytes, "\(value)") }
    }

    @Test func `settings are all that a hash map contains`() throws {
        let map = try Map.create(.hash, name: "ports", keySize: 2, valueSize: 1, maxEntries: 3)
        try MapSetting(map: "ports", entries: [.init(.number(80), .number(1)), .init(.number(443), .number(1))]).write(
            to: map)
        // Full in between: two old and two new ones do not fit three.
        try MapSetting(
            map: "ports",
            entries: [
                .init(.number(443), .number(2)), .init(.number(0), .number(3)),
                .init(.number(22), .number(4)),
            ]
        ).write(to: map)
        let (keys, values) = try map.allEntries()
        let entries = Dictionary(
            uniqueKeysWithValues: values.indices.map {
                (UInt16(keys[$0 * 2]) | UInt16(keys[$0 * 2 + 1]) << 8, values[$0])
            })
        #expect(entries == [443: 2, 0: 3, 22: 4])
    }

    @Test func `a setting that does not fit writes nothing and says which`() throws {
        let map = try Map.create(.hash, name: "ports", keySize: 2, valueSize: 1, maxEntries: 3)
        let setting = MapSetting(
            map: "ports", entries: [.init(.number(80), .number(1)), .init(.number(65536), .number(1))])
        let error = try #require(throws: ChainingError.self) { try setting.write(to: map) }
        #expect(error.code == .usage)
        #expect(error.message.contains("entry 2 of \"ports\" has the key 65536"))
        #expect(try map.keys().isEmpty)
        let many = MapSetting(map: "ports", entries: (0..<4).map { .init(.number($0), .number(1)) })
        #expect(throws: ChainingError.self) { try many.write(to: map) }
    }

    @Test func `arrays, tries and maps per CPU are set as well`() throws {
        let array = try Map.create(.array, name: "a", keySize: 4, valueSize: 8, maxEntries: 4)
        try MapSetting(map: "a", entries: [.init(.number(2), .number(-5))]).write(to: array)
        #expect(try ArrayMap<Int64>(array).values() == [0, 0, -5, 0])
        // BPF_F_NO_PREALLOC.
        let trie = try Map.create(.lpmTrie, name: "t", keySize: 8, valueSize: 4, maxEntries: 4, flags: 1)
        try MapSetting(map: "t", entries: [.init(MapValue("10.0.0.0/8"), .number(1))]).write(to: trie)
        try MapSetting(map: "t", entries: [.init(MapValue("10.0.0.0/9"), .number(1))]).write(to: trie)
        #expect(try trie.keys() == [[9, 0, 0, 0, 10, 0, 0, 0]])
        let each = try Map.create(.perCPUArray, name: "p", keySize: 4, valueSize: 4, maxEntries: 1)
        try MapSetting(map: "p", entries: [.init(.number(0), .number(3))]).write(to: each)
        #expect(try PerCPUArrayMap<UInt32>(each).values(at: 0).allSatisfy { $0 == 3 })
        #expect(try MonitoredNumber(map: "p", key: 0).read(from: each) == Int64(3 * PossibleCPUs.count))
        let programs = try Map.create(.programArray, name: "n", keySize: 4, valueSize: 4, maxEntries: 1)
        #expect(throws: ChainingError.self) {
            try MapSetting(map: "n", entries: [.init(.number(0), .number(3))]).write(to: programs)
        }
    }

    @Test func `numbers are made where they are not there, and read with their sign`() throws {
        let map = try Map.create(.hash, name: "drops", keySize: 8, valueSize: 8, maxEntries: 1)
        let number = MonitoredNumber(map: "drops", key: 0)
        #expect(try number.read(from: map) == nil)
        try number.create(in: map)
        #expect(try number.read(from: map) == 0)
        try HashMap<UInt64, Int64>(map).set(0, to: -7)
        try number.create(in: map)
        #expect(try number.read(from: map) == -7)
        let odd = try Map.create(.hash, name: "odd", keySize: 8, valueSize: 12, maxEntries: 1)
        try number.create(in: odd)
        #expect(try number.read(from: odd) == nil)
        #expect(try odd.keys().isEmpty)
    }

    @Test func `series show what L3AF's aggregators show`() {
        var scalar = NumberSeries(.scalar)
        var rate = NumberSeries(.maxRate, capacity: 3)
        var mean = NumberSeries(.average, capacity: 3)
        #expect(scalar.value == 0 && rate.value == 0 && mean.value == 0)
        for number: Int64 in [10, 16, 13] {
            scalar.add(number)
            rate.add(number)
            mean.add(number)
        }
        #expect(scalar.value == 13)
        // The first sample counts whole.
        #expect(rate.value == 10)
        #expect(mean.value == 13)
        rate.add(14)
        #expect(rate.value == 6)
        rate.add(24, after: 2)
        #expect(rate.value == 5)
        mean.add(31)
        #expect(mean.value == 20)
        rate.add(.max)
        rate.add(.min)
        #expect(rate.value > 1e19)
    }
}
