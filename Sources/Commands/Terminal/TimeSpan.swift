internal import ArgumentParser

/// A length of time as people write it: `10s`, `10m`, `1h30m`, `1.5s`; a number alone is seconds.
struct TimeSpan: Hashable, Sendable {
    let duration: Duration

    private static let units: [(name: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400),
    ]
    /// A hundred years: longer ones are a slip, and would overflow further down.
    private static let longest = 100.0 * 365 * 86400

    /// nil when the text is not a length of time above zero.
    init?(_ text: String) {
        var rest = text[...]
        var seconds = 0.0
        var previous = Double.infinity
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard digits.first?.isNumber == true, digits.last?.isNumber == true, let number = Double(digits) else {
                return nil
            }
            // A number alone is only plain when nothing stands beside it.
            let bare = unit.isEmpty && digits.count == text.count
            guard let factor = bare ? 1 : Self.units.first(where: { $0.name == unit })?.seconds, factor < previous
            else {
                return nil
            }
            previous = factor
            seconds += number * factor
        }
        guard seconds > 0, seconds <= Self.longest else { return nil }
        duration = .milliseconds(Int64((seconds * 1000).rounded(.up)))
    }

    init(_ duration: Duration) { self.duration = duration }
}

extension TimeSpan: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }

    var defaultValueDescription: String { description }
}

extension TimeSpan: CustomStringConvertible {
    var description: String {
        let milliseconds = duration / .milliseconds(1)
        let seconds = Int64(milliseconds / 1000)
        guard milliseconds == Double(seconds) * 1000 else { return "\(Int64(milliseconds))ms" }
        var rest = seconds
        var text = ""
        for (name, size) in [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)] as [(String, Int64)] where rest >= size {
            text += "\(rest / size)\(name)"
            rest %= size
        }
        return text
    }
}
