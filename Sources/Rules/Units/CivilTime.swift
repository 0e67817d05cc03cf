/// A date and a time of day of the Gregorian calendar, without a time zone.
struct CivilTime: Hashable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int

    /// Seconds from 1970-01-01 00:00:00 if this were UTC.
    var seconds: Int { days * 86_400 + hour * 3600 + minute * 60 + second }

    /// Days from 1970-01-01. Years are counted from March, so that the leap day is the last of its year; 400 years
    /// have 146,097 days.
    private var days: Int {
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let (era, yearOfEra) = (shifted / 400, shifted % 400)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Whether the calendar and the clock have it. A second 60 they have not: Unix time does not count leap seconds.
    var exists: Bool {
        guard (1...12).contains(month) else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...lengths[month - 1]).contains(day) && (0...23).contains(hour) && (0...59).contains(minute)
            && (0...59).contains(second)
    }
}
