import Glibc
import Rules
import Testing

/// Units as people write them: what is read, what is refused and with which words, what is shown.
struct UnitTests {
    /// What an initializer makes of a text, or the message of its error.
    private func read<Value>(_ make: () throws(RulesError) -> Value) -> Result<Value, RulesError> {
        Result(catching: make)
    }

    private func refusal<Value>(_ make: () throws(RulesError) -> Value) -> String {
        switch Result(catching: make) {
        case .success(let value): return "accepted as \(value)"
        case .failure(let error):
            #expect(error.code == .invalidValue)
            return error.message
        }
    }

    @Test(arguments: [("1/100", 100), ("1/1", 1), ("1/4294967295", 4_294_967_295)] as [(String, UInt32)])
    func `a sampling rate is one of a number`(text: String, oneOf: UInt32) throws {
        let rate = try SamplingRate(text)
        #expect(rate.oneOf == oneOf)
        #expect(rate.description == text)
        #expect(SamplingRate(oneOf: oneOf) == rate)
    }

    @Test(arguments: [
        ("100", "write 1/100 for one of 100"), ("2/100", "write 1/50"), ("3/100", "write 1/N"), ("1/0", "write 1/N"),
        ("0/1", "write 1/N"), ("0", "write 1/N"), ("1/4294967296", "N is 1 to 4294967295"), ("", "write 1/N"),
        ("/", "write 1/N"), ("1/", "write 1/N"), ("1/2/3", "write 1/N"), ("-1/2", "write 1/N"), ("1/-2", "write 1/N"),
        ("1/1.5", "write 1/N"), ("1/1k", "write 1/N"), ("1 / 2", "write 1/N"), ("1%", "write 1/N"),
        ("1/010", "write 1/N"), ("1/１", "write 1/N"), ("1/18446744073709551617", "write 1/N"),
    ])
    func `what is no sampling rate is refused`(text: String, words: String) {
        let message = refusal { () throws(RulesError) in try SamplingRate(text) }
        #expect(message.hasPrefix("\"\(text)\" is no sampling rate: "))
        #expect(message.contains(words), "\(message)")
        #expect(SamplingRate(oneOf: 0) == nil)
    }

    @Test(
        arguments: [
            ("100Mbit", 100_000_000, "100Mbit"), ("1.5Gbit", 1_500_000_000, "1.5Gbit"), ("512kbit", 512_000, "512kbit"),
            ("10M", 10_000_000, "10Mbit"), ("10m", 10_000_000, "10Mbit"), ("1k", 1000, "1kbit"), ("1K", 1000, "1kbit"),
            ("1G", 1_000_000_000, "1Gbit"), ("1Tbit", 1_000_000_000_000, "1Tbit"), ("64000", 64000, "64kbit"),
            ("2500BIT", 2500, "2.5kbit"), ("0.001Mbit", 1000, "1kbit"), ("1234567", 1_234_567, "1234.567kbit"),
            ("1.000000001Gbit", 1_000_000_001, "1000000.001kbit"), ("0.1Gbit", 100_000_000, "100Mbit"),
        ] as [(String, UInt64, String)])
    func `a bit rate is read as tc writes it`(text: String, bits: UInt64, shown: String) throws {
        let rate = try BitRate(text)
        #expect(rate.bitsPerSecond == bits)
        #expect(rate.description == shown)
        #expect(try BitRate(rate.description) == rate)
    }

    @Test(arguments: [
        ("", "write 100Mbit"), ("fast", "write 100Mbit"), ("-1Mbit", "write 100Mbit"), ("+1Mbit", "write 100Mbit"),
        (".5Mbit", "write 100Mbit"), ("5.Mbit", "write 100Mbit"), ("1.2.3M", "write 100Mbit"), ("01M", "write 100Mbit"),
        ("1e6", "the units are"), ("10 Mbit", "the units are"), ("10Mbits", "the units are"),
        ("1Mibit", "the units are"),
        ("1b", "bytes to some"), ("10Mbps", "bytes to some"), ("10MB", "bytes to some"),
        ("999", "1kbit at least"), ("0", "1kbit at least"), ("1.1Tbit", "1Tbit at most"), ("1001G", "1Tbit at most"),
        ("1000.5", "no whole number of bits"), ("1.0000000001G", "no whole number of bits"),
        ("9999999999999999999T", "at most 1Tbit"), ("99999999999999999999", "at most 1Tbit"),
        ("100000000000000000000", "write 100Mbit"), ("１M", "write 100Mbit"),
        ("1P", "the units are"), ("1i", "the units are"),
    ])
    func `what is no bit rate is refused`(text: String, words: String) {
        let message = refusal { () throws(RulesError) in try BitRate(text) }
        #expect(message.hasPrefix("\"\(text)\" is no bit rate: "))
        #expect(message.contains(words), "\(message)")
    }

    @Test(
        arguments: [
            ("64k", 64_000, "64kB"), ("64K", 64_000, "64kB"), ("1M", 1_000_000, "1MB"), ("10kB", 10_000, "10kB"),
            ("10KB", 10_000, "10kB"), ("64KiB", 65_536, "65.536kB"), ("64Ki", 65_536, "65.536kB"), ("1B", 1, "1B"),
            ("1.5M", 1_500_000, "1.5MB"), ("1gib", 1_073_741_824, "1073741.824kB"), ("1T", 1_000_000_000_000, "1TB"),
            ("0.5Ki", 512, "512B"), ("18446744073709551615B", .max, "18446744073709551.615kB"),
        ] as [(String, UInt64, String)])
    func `bytes are read with decimal and binary units`(text: String, bytes: UInt64, shown: String) throws {
        let count = try ByteCount(text)
        #expect(count.bytes == bytes)
        #expect(count.description == shown)
        #expect(try ByteCount(count.description) == count)
    }

    @Test(arguments: [
        ("", "write 64k"), ("k", "write 64k"), ("-1k", "write 64k"), ("64", "write the unit, such as 64k"),
        ("64 k", "the units are"), ("64kbit", "the units are"), ("64i", "the units are"), ("64Ei", "the units are"),
        ("0k", "not 0"), ("0B", "not 0"), ("1.5B", "leave the decimals out"), ("0.3Ki", "leave the decimals out"),
        ("9999999999999999999T", "beyond 64 bits"), ("18446744073709551616B", "beyond 64 bits"),
        ("100000000000000000000B", "write 64k"),
    ])
    func `what is no number of bytes is refused`(text: String, words: String) {
        let message = refusal { () throws(RulesError) in try ByteCount(text) }
        #expect(message.hasPrefix("\"\(text)\" is no number of bytes: "))
        #expect(message.contains(words), "\(message)")
    }

    @Test(
        arguments: [
            ("10", .packets(10), "10"), ("1", .packets(1), "1"), ("64k", .bytes(64_000), "64kB"),
            ("1MiB", .bytes(1_048_576), "1048.576kB"), ("100B", .bytes(100), "100B"),
        ] as [(String, Selection.FlowLimit, String)])
    func `the first of a flow are packets, or bytes with a unit`(
        text: String, limit: Selection.FlowLimit, shown: String
    ) throws {
        #expect(try Selection.FlowLimit(text) == limit)
        #expect(limit.description == shown)
        #expect(try Selection.FlowLimit(shown) == limit)
    }

    @Test(arguments: [
        ("", "not how much of a flow"), ("all", "not how much of a flow"), ("0", "whole number from 1"),
        ("1.5", "whole number from 1"), ("0k", "not 0"), ("10p", "the units are"), ("-1", "not how much of a flow"),
        ("18446744073709551616", "whole number from 1"),
        ("100000000000000000000", "not how much of a flow"),
    ])
    func `what is no part of a flow is refused`(text: String, words: String) {
        let message = refusal { () throws(RulesError) in try Selection.FlowLimit(text) }
        #expect(message.contains(words), "\(message)")
    }

    @Test(
        arguments: [
            ("128", .bytes(128)), ("14", .bytes(14)), ("262144", .bytes(262_144)), ("headers", .headers),
        ] as [(String, Selection.SnapLength)])
    func `a snap length is bytes, or headers`(text: String, length: Selection.SnapLength) throws {
        #expect(try Selection.SnapLength(text) == length)
        #expect(length.description == text)
        #expect(try Selection.SnapLength("HEADERS") == .headers)
    }

    @Test(arguments: ["", "0", "13", "262145", "4294967424", "128B", "1k", "1.5", "header", "-1", " 128"])
    func `what is no snap length is refused`(text: String) {
        let message = refusal { () throws(RulesError) in try Selection.SnapLength(text) }
        #expect(message.hasPrefix("\"\(text)\" is no snap length: write bytes from 14 to 262144, or headers"))
    }

    @Test func `one samples by packet or by flow`() throws {
        #expect(try Selection.SamplingUnit("packet") == .packet)
        #expect(try Selection.SamplingUnit("FLOW") == .flow)
        #expect(
            refusal { () throws(RulesError) in try Selection.SamplingUnit("flows") }.hasSuffix(
                "did you mean \"flow\"?"))
        #expect(refusal { () throws(RulesError) in try Selection.SamplingUnit("") }.contains("packet or flow"))
    }

    @Test(
        arguments: [
            ("10s", 10_000, "10s"), ("10", 10_000, "10s"), ("10m", 600_000, "10m"), ("1h30m", 5_400_000, "1h30m"),
            ("2d", 172_800_000, "2d"), ("500ms", 500, "500ms"), ("1.5s", 1500, "1500ms"), ("0.25h", 900_000, "15m"),
            ("1d1h1m1s1ms", 90_061_001, "90061001ms"), ("0.001", 1, "1ms"), ("36500d", 3_153_600_000_000, "36500d"),
            ("1.1s", 1100, "1100ms"), ("0.07h", 252_000, "4m12s"),
        ] as [(String, Int64, String)])
    func `a length of time is a sum of units`(text: String, milliseconds: Int64, shown: String) throws {
        let duration = try Duration(text: text)
        #expect(duration == .milliseconds(milliseconds))
        #expect(duration.text == shown)
        #expect(try Duration(text: shown) == duration)
    }

    @Test(arguments: [
        ("", "write 10s"), ("0", "a millisecond is the least"), ("0s", "a millisecond is the least"),
        ("s", "write 10s"),
        ("10x", "the units are"), ("10 s", "the units are"), ("-5s", "write 10s"), ("1s1h", "larger ones first"),
        ("1s1s", "each unit stands once"), ("1h30", "the units are"), ("1..5s", "write 10s"), ("5.s", "write 10s"),
        ("1e3s", "the units are"), ("0.5ms", "a millisecond is the least"), ("1.0001s", "a millisecond is the least"),
        ("36501d", "a hundred years"), ("36500d1ms", "a hundred years"), ("9999999999999999999d", "a hundred years"),
        ("10S", "the units are"), ("inf", "write 10s"), ("１０s", "write 10s"),
    ])
    func `what is no length of time is refused, and it is said why`(text: String, words: String) {
        let message = refusal { () throws(RulesError) in try Duration(text: text) }
        #expect(message.hasPrefix("\"\(text)\" is no length of time: "))
        #expect(message.contains(words), "\(message)")
    }
}
