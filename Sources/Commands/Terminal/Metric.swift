/// A number as people like to read it: three digits, and k, M, G or T behind them.
struct Metric: CustomStringConvertible {
    private let number: String
    private let prefix: String

    var description: String { number + prefix }

    /// The number with a unit: `95.3 Mbit/s`.
    func text(in unit: String) -> String { "\(number) \(prefix)\(unit)" }

    init(_ value: Double) {
        var value = value
        var prefix = ""
        for next in ["k", "M", "G", "T"] where value >= 999.5 {
            value /= 1000
            prefix = next
        }
        let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        number = Self.text(value, decimals: decimals, isWhole: prefix.isEmpty)
        self.prefix = prefix
    }

    init(_ value: UInt64) { self.init(Double(value)) }

    /// A part of a whole, 1 being all of it, in percent.
    static func percent(_ share: Double) -> String {
        let percent = share * 100
        if percent > 0, percent < 0.05 { return "<0.1%" }
        return text(percent, decimals: 1, isWhole: false) + "%"
    }

    /// - Parameter isWhole: decimals are left out where all of them are 0.
    private static func text(_ value: Double, decimals: Int, isWhole: Bool) -> String {
        var factor = 1
        for _ in 0..<decimals { factor *= 10 }
        let scaled = UInt64(max(0, (value * Double(factor)).rounded()))
        let (number, fraction) = scaled.quotientAndRemainder(dividingBy: UInt64(factor))
        guard decimals > 0, !(isWhole && fraction == 0) else { return "\(number)" }
        let digits = "\(fraction)"
        return "\(number)." + String(repeating: "0", count: decimals - digits.count) + digits
    }
}
