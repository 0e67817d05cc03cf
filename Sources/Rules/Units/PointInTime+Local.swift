import Glibc

extension PointInTime {
    /// Reads a time as somebody at this host's clock writes it: with an offset as `init(_:)` does, or in the local time
    /// zone, as `2026-11-24 18:00` or, for the next time that the clock shows it, `18:00`.
    /// - Parameter now: The present time.
    /// - Throws: `RulesError` of code `invalidValue`, also for local times that come twice or not at all because
    ///   clocks are put back or forward.
    public init(local text: String, now: PointInTime) throws(RulesError) {
        let written = try WrittenTime(text)
        guard written.offset == nil else {
            try self.init(text)
            return
        }
        if written.date != nil {
            self = try Self.local(written, day: written.civil, text)
            return
        }
        let today = Self.today(now)
        for days in 0...1 {
            var day = today
            // mktime(3) carries a day beyond its month into the next.
            day.day += days
            let point = try Self.local(written, day: day, text)
            if point.nanoseconds > now.nanoseconds {
                self = point
                return
            }
        }
        throw Self.wrong(text, "write the date too, such as 2026-11-24 18:00")
    }

    /// The present time of this host, in whole seconds: what `time(2)` has.
    public static func now() -> PointInTime {
        PointInTime(nanoseconds: UInt64(max(0, time(nil))) * 1_000_000_000)
    }

    private static func today(_ now: PointInTime) -> CivilTime {
        var seconds = time_t(now.nanoseconds / 1_000_000_000)
        var fields = tm()
        localtime_r(&seconds, &fields)
        return CivilTime(
            year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday), hour: 0,
            minute: 0, second: 0)
    }

    private static func local(_ written: WrittenTime, day: CivilTime, _ text: String) throws(RulesError) -> PointInTime
    {
        var found: Set<time_t> = []
        // With and without summer time: only what localtime(3) turns back into the same clock is a time of that clock.
        for isSummer: Int32 in [0, 1] {
            var fields = tm()
            fields.tm_year = Int32(day.year - 1900)
            fields.tm_mon = Int32(day.month - 1)
            fields.tm_mday = Int32(day.day)
            fields.tm_hour = Int32(written.civil.hour)
            fields.tm_min = Int32(written.civil.minute)
            fields.tm_sec = Int32(written.civil.second)
            fields.tm_isdst = isSummer
            var seconds = mktime(&fields)
            var shown = tm()
            guard localtime_r(&seconds, &shown) != nil, shown.tm_hour == Int32(written.civil.hour),
                shown.tm_min == Int32(written.civil.minute), shown.tm_isdst == isSummer
            else { continue }
            found.insert(seconds)
        }
        guard let seconds = found.first else {
            throw wrong(text, "clocks are put forward over it; write the offset from UTC too")
        }
        guard found.count == 1 else {
            throw wrong(text, "it comes twice because clocks are put back; write the offset from UTC too")
        }
        return try PointInTime(text, seconds: seconds, nanoseconds: written.nanoseconds)
    }
}

extension PointInTime: CustomStringConvertible {
    /// ISO 8601 in UTC, with decimals of the second as far as there are any.
    public var description: String {
        var seconds = time_t(nanoseconds / 1_000_000_000)
        var fields = tm()
        gmtime_r(&seconds, &fields)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        var decimals = String(String(nanoseconds % 1_000_000_000 + 1_000_000_000).dropFirst())
        while decimals.last == "0" { decimals.removeLast() }
        let date = "\(fields.tm_year + 1900)-\(two(fields.tm_mon + 1))-\(two(fields.tm_mday))"
        let clock = "\(two(fields.tm_hour)):\(two(fields.tm_min)):\(two(fields.tm_sec))"
        return "\(date)T\(clock)\(decimals.isEmpty ? "" : ".\(decimals)")Z"
    }
}
