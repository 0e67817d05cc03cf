extension Duration {
    private static let units: [(name: String, milliseconds: UInt64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
    /// A hundred years: longer ones are a slip, and would overflow further down.
    private static let longest: UInt64 = 100 * 365 * 86_400_000

    /// Reads a length of time as people write it: `10s`, `10m`, `1h30m`, `1.5s`; a number alone is seconds.
    ///
    /// Units are `d`, `h`, `m`, `s` and `ms`, larger ones first; the sum is a whole number of milliseconds above 0.
    /// - Throws: `RulesError` of code `invalidValue`.
    public init(text: String) throws(RulesError) {
        func wrong(_ instead: String) -> RulesError {
            RulesError(.invalidValue, "\"\(text.shortened)\" is no length of time: \(instead)")
        }
        let general = "write 10s, 10m, 1h30m or 500ms"
        var rest = text[...]
        var milliseconds: UInt64 = 0
        var previous = UInt64.max
        repeat {
            guard let number = WrittenNumber(rest) else { throw wrong(general) }
            let name = number.unit.prefix { $0.isASCII && $0.isLetter }
            // A number alone is only plain when nothing stands beside it.
            let isBare = previous == .max && number.unit.isEmpty
            guard let factor = isBare ? 1000 : Self.units.first(where: { $0.name == name })?.milliseconds else {
                throw wrong("the units are d, h, m, s and ms; \(general)")
            }
            guard factor < previous else { throw wrong("each unit stands once, larger ones first; \(general)") }
            let part: UInt64
            do throws(WrittenNumber.Unfit) {
                part = try number.times(factor)
            } catch {
                throw wrong(error == .notWhole ? "a millisecond is the least" : "a hundred years are the most")
            }
            guard part <= Self.longest, milliseconds + part <= Self.longest else {
                throw wrong("a hundred years are the most")
            }
            milliseconds += part
            previous = factor
            rest = number.unit.dropFirst(name.count)
        } while !rest.isEmpty
        guard milliseconds > 0 else { throw wrong("a millisecond is the least") }
        self = .milliseconds(Int64(milliseconds))
    }

    /// The length of time as it is written, in whole milliseconds: `1h30m`, `1500ms`.
    public var text: String {
        let milliseconds = UInt64(max(0, self / .milliseconds(1)))
        guard milliseconds > 0, milliseconds % 1000 == 0 else { return "\(milliseconds)ms" }
        var rest = milliseconds
        var text = ""
        for (name, size) in Self.units where rest >= size {
            text += "\(rest / size)\(name)"
            rest %= size
        }
        return text
    }
}
