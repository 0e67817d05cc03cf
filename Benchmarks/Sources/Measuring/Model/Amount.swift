import Foundation

/// Numbers as people read them.
public enum Amount {
    /// Three significant digits, thousands set apart: "1,234", "12.3", "0.123", "-0.5".
    public static func text(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let size = abs(value)
        if size >= 100 || value == value.rounded() { return text(grouped: value.rounded()) }
        let decimals = size >= 10 ? 1 : size >= 1 ? 2 : 3
        let text = String(format: "%.\(decimals)f", value)
        return Double(text) == 0 ? "0" : text
    }

    /// A whole number with a comma after each three digits.
    public static func text(grouped value: Double) -> String {
        guard value.isFinite, value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
        let digits = String(Int(abs(value)))
        var groups: [Substring] = []
        var rest = digits[...]
        while !rest.isEmpty {
            groups.insert(rest.suffix(3), at: 0)
            rest = rest.dropLast(3)
        }
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// A number on an axis, short: "10k", "1M".
    static func short(_ value: Double) -> String {
        let size = abs(value)
        for (factor, letter) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where size >= factor {
            return text(value / factor) + letter
        }
        return text(value)
    }
}
