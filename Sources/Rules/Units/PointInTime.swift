/// A point in time, written as ISO 8601 (RFC 3339) has it: `2026-11-24T18:00:00Z`, `2026-11-24 19:00+01:00`.
///
/// Seconds and their decimals, nine at most, may be left out, and a blank may stand for the `T`.
public struct PointInTime: Hashable, Sendable {
    /// Nanoseconds since 1970-01-01 00:00:00 UTC.
    public let nanoseconds: UInt64

    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Reads a time with date and offset, which means the same on every host.
    /// - Throws: `RulesError` of code `invalidValue`.
    public init(_ text: String) throws(RulesError) {
        let written = try WrittenTime(text)
        guard let date = written.date else { throw Self.wrong(text, "write the date, such as 2026-11-24T18:00:00Z") }
        guard let offset = written.offset else {
            throw Self.wrong(text, "write the offset from UTC, Z for none, such as \(date)T18:00:00Z")
        }
        try self.init(text, seconds: written.civil.seconds - offset, nanoseconds: written.nanoseconds)
    }

    /// The years that 64 bits of nanoseconds hold whole are 1970 to 2553.
    init(_ text: String, seconds: Int, nanoseconds: Int) throws(RulesError) {
        guard seconds >= 0, seconds <= Int(UInt64.max / 1_000_000_000) - 1 else {
            throw Self.wrong(text, "it is before 1970 or after 2553")
        }
        self.nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(nanoseconds)
    }

    static func wrong(_ text: String, _ instead: String) -> RulesError {
        RulesError(.invalidValue, "\"\(text.shortened)\" is no point in time: \(instead)")
    }
}
