/// What stands in the text of a point in time, before it is known which point that is.
struct WrittenTime {
    /// The date as it stands there, if there is one.
    private(set) var date: Substring?
    /// Date and time of day; without a date its date is 1970-01-01.
    private(set) var civil = CivilTime(year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0)
    /// Decimals of the second.
    private(set) var nanoseconds = 0
    /// Seconds that the clock is ahead of UTC, if it is said.
    private(set) var offset: Int?

    /// - Throws: `RulesError` of code `invalidValue` for what is no time, or one that no clock shows.
    init(_ text: String) throws(RulesError) {
        guard let time = Self(parsing: text) else {
            throw PointInTime.wrong(text, "write 2026-11-24T18:00:00Z, or 2026-11-24T19:00+01:00")
        }
        guard time.civil.exists else { throw PointInTime.wrong(text, "no clock or calendar shows it") }
        self = time
    }

    private init?(parsing text: String) {
        var rest = text[...]
        if rest.contains("T") || rest.contains("t") || rest.contains(" ") {
            let date = rest.prefix { !"Tt ".contains($0) }
            let parts = date.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 3, let year = Self.digits(parts[0], 4), let month = Self.digits(parts[1], 2),
                let day = Self.digits(parts[2], 2)
            else { return nil }
            self.date = date
            (civil.year, civil.month, civil.day) = (year, month, day)
            rest = rest[date.endIndex...].dropFirst()
        }
        let clock = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ":" || $0 == ".") }
        guard read(clock: clock) else { return nil }
        rest = rest[clock.endIndex...]
        if rest.isEmpty { return }
        guard let offset = Self.offset(rest) else { return nil }
        self.offset = offset
    }

    /// Reads `18:00`, `18:00:00` or `18:00:00.5`.
    private mutating func read(clock: Substring) -> Bool {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = Self.digits(parts[0], 2), let minute = Self.digits(parts[1], 2)
        else { return false }
        (civil.hour, civil.minute) = (hour, minute)
        guard parts.count == 3 else { return true }
        let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard seconds.count <= 2, let second = Self.digits(seconds[0], 2) else { return false }
        civil.second = second
        guard seconds.count == 2 else { return true }
        guard (1...9).contains(seconds[1].count), let decimals = Self.digits(seconds[1], seconds[1].count) else {
            return false
        }
        nanoseconds = (seconds[1].count..<9).reduce(decimals) { value, _ in value * 10 }
        return true
    }

    /// Reads `Z`, `+01:00`, `+0100` or `+01`.
    private static func offset(_ text: Substring) -> Int? {
        if text == "Z" || text == "z" { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let numbers = text.dropFirst()
        let hours = digits(numbers.prefix(2), 2)
        let minutes =
            numbers.count == 5 && numbers.dropFirst(2).first == ":" ? numbers.dropFirst(3) : numbers.dropFirst(2)
        guard let hours, hours <= 23, let minutes = minutes.isEmpty ? 0 : digits(minutes, 2), minutes <= 59 else {
            return nil
        }
        return (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
    }

    private static func digits(_ text: Substring, _ count: Int) -> Int? {
        guard text.utf8.count == count, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
