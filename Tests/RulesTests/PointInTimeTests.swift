import Glibc
import Rules
import TestSupport
import Testing

/// Serial: one of the tests sets the time zone of the process.
@Suite(.serialized) struct PointInTimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2026-11-24T18:00:00Z", 1_795_543_200_000_000_000, "2026-11-24T18:00:00Z"),
            ("2026-11-24 18:00Z", 1_795_543_200_000_000_000, "2026-11-24T18:00:00Z"),
            ("2026-11-24t18:00z", 1_795_543_200_000_000_000, "2026-11-24T18:00:00Z"),
            ("2026-11-24T19:30+01:30", 1_795_543_200_000_000_000, "2026-11-24T18:00:00Z"),
            ("2026-11-24T10:00-0800", 1_795_543_200_000_000_000, "2026-11-24T18:00:00Z"),
            ("2026-11-25T00:00+06", 1_795_543_200_000_000_000, "2026-11-24T18:00:00Z"),
            ("2024-02-29T23:59:59.5Z", 1_709_251_199_500_000_000, "2024-02-29T23:59:59.5Z"),
            ("2001-09-09T01:46:40.000000001Z", 1_000_000_000_000_000_001, "2001-09-09T01:46:40.000000001Z"),
            ("1970-01-01T01:00+01:00", 0, "1970-01-01T00:00:00Z"),
        ] as [(String, UInt64, String)])
    func `a time with date and offset is read and shown`(text: String, nanoseconds: UInt64, shown: String) throws {
        let point = try PointInTime(text)
        #expect(point.nanoseconds == nanoseconds)
        #expect(point.description == shown)
    }

    @Test func `dates are those of the C library, over all years that can be written`() throws {
        var random = SeededGenerator(seed: 24)
        for _ in 0..<5000 {
            var seconds = time_t.random(in: 0..<18_000_000_000, using: &random)
            var fields = tm()
            gmtime_r(&seconds, &fields)
            var text = Array(repeating: CChar(0), count: 32)
            let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &fields)
            let written = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let point = try PointInTime(written)
            #expect(point.nanoseconds == UInt64(seconds) * 1_000_000_000, "seed 24, \(written)")
            #expect(point.description == written)
        }
    }

    @Test(arguments: [
        ("", "write 2026-11-24T18:00:00Z"), ("now", "write 2026"), ("tomorrow", "write 2026"), ("18", "write 2026"),
        ("1795543200", "write 2026"), ("2026-11-24", "write 2026"), ("24.11.2026 18:00", "write 2026"),
        ("2026-1-24T18:00Z", "write 2026"), ("2026-11-24T6:00Z", "write 2026"), ("2026-11-24T18:00:00.Z", "write 2026"),
        ("2026-11-24T18:00:00.1234567890Z", "write 2026"), ("2026-11-24T18:00+1", "write 2026"),
        ("2026-11-24T18:00+01:60", "write 2026"), ("2026-11-24T18:00+24:00", "write 2026"),
        ("2026-11-24T18:00 UTC", "write 2026"), ("-2026-11-24T18:00Z", "write 2026"),
        ("2026-13-01T00:00Z", "no clock or calendar"), ("2026-02-29T00:00Z", "no clock or calendar"),
        ("2100-02-29T00:00Z", "no clock or calendar"), ("2026-04-31T00:00Z", "no clock or calendar"),
        ("2026-00-10T00:00Z", "no clock or calendar"), ("2026-01-00T00:00Z", "no clock or calendar"),
        ("2026-11-24T24:00Z", "no clock or calendar"), ("2026-11-24T18:60Z", "no clock or calendar"),
        ("2026-12-31T23:59:60Z", "no clock or calendar"), ("1969-12-31T23:59:59Z", "before 1970"),
        ("1970-01-01T00:00+00:01", "before 1970"), ("2600-01-01T00:00Z", "after 2553"), ("9999-12-31T23:59Z", "after"),
        ("2026-11-24T18:00:00", "write the offset from UTC, Z for none, such as 2026-11-24T18:00:00Z"),
        ("18:00", "write the date"), ("18:00Z", "write the date"),
    ])
    func `what is no point in time is refused`(text: String, words: String) {
        do throws(RulesError) {
            let point = try PointInTime(text)
            Issue.record("\(text) was read as \(point)")
        } catch {
            #expect(error.code == .invalidValue)
            #expect(error.message.hasPrefix("\"\(text)\" is no point in time: "))
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    @Test func `local times are those of the host's clock, and clocks that are put on or back are seen`() throws {
        let before = getenv("TZ").map { String(cString: $0) }
        // Central Europe, as a rule that needs no database of time zones (tzset(3)).
        setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1)
        tzset()
        defer {
            if let before { setenv("TZ", before, 1) } else { unsetenv("TZ") }
            tzset()
        }
        let now = try PointInTime("2026-11-24T16:30:00Z")
        for (text, expected) in [
            ("18:00", "2026-11-24T17:00:00Z"), ("17:30", "2026-11-25T16:30:00Z"), ("17:30:01", "2026-11-24T16:30:01Z"),
            ("00:00", "2026-11-24T23:00:00Z"), ("17:29", "2026-11-25T16:29:00Z"),
            ("2026-11-24 18:00", "2026-11-24T17:00:00Z"), ("2026-07-01 18:00:30.25", "2026-07-01T16:00:30.25Z"),
            ("2026-11-24T18:00Z", "2026-11-24T18:00:00Z"), ("2026-11-24 18:00+03:00", "2026-11-24T15:00:00Z"),
        ] {
            #expect(try PointInTime(local: text, now: now).description == expected, "\(text)")
        }
        // The last day of a year, and of a month.
        let eve = try PointInTime("2026-12-31T22:30:00Z")
        #expect(try PointInTime(local: "01:00", now: eve).description == "2027-01-01T00:00:00Z")
        for (text, words) in [
            ("2026-03-29 02:30", "clocks are put forward"), ("2026-10-25 02:30", "it comes twice"),
            ("25:00", "no clock"), ("18:00Z", "write the date"), ("soon", "write 2026"),
        ] {
            do throws(RulesError) {
                Issue.record("\(text) was read as \(try PointInTime(local: text, now: now))")
            } catch {
                #expect(error.message.contains(words), "\(error.message)")
            }
        }
    }
}
