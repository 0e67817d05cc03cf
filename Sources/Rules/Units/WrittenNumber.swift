/// A decimal number as people write it, `100` or `1.5`, with the unit behind it; exact, whatever the unit's factor.
struct WrittenNumber {
    /// Why a number cannot be taken times a unit.
    enum Unfit: Error, Hashable {
        /// The product is beyond 64 bits.
        case tooLarge
        /// The product has decimals.
        case notWhole
    }

    /// The digits as if there were no point.
    private let digits: UInt128
    /// How many of the digits stand behind the point.
    private let decimals: Int
    /// What follows the digits.
    let unit: Substring

    /// As many as 64 bits have; 128 bits hold them with a factor of 18 digits more.
    private static let maximumDigits = 20

    /// nil when the text does not begin with a number. Numbers have no sign and no leading zeros, and digits on both
    /// sides of their point.
    init?(_ text: Substring) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }), let whole = parts.first,
            whole == "0" || whole.first != "0", parts.joined().utf8.count <= Self.maximumDigits,
            let digits = UInt128(parts.joined())
        else { return nil }
        self.digits = digits
        decimals = parts.count == 2 ? parts[1].utf8.count : 0
        unit = text[number.endIndex...]
    }

    /// The number times a factor.
    func times(_ factor: UInt64) throws(Unfit) -> UInt64 {
        var divisor: UInt128 = 1
        for _ in 0..<decimals { divisor *= 10 }
        let (product, overflows) = digits.multipliedReportingOverflow(by: UInt128(factor))
        guard !overflows else { throw .tooLarge }
        let (quotient, remainder) = product.quotientAndRemainder(dividingBy: divisor)
        guard let value = UInt64(exactly: quotient) else { throw .tooLarge }
        guard remainder == 0 else { throw .notWhole }
        return value
    }
}

extension WrittenNumber {
    /// A value in the largest of these units that shows it with three decimals or fewer, the last unit being 1.
    static func text(_ value: UInt64, units: [(name: String, factor: UInt64)]) -> String {
        let fitting = units.first { unit in
            value >= unit.factor && (unit.factor < 1000 || value % (unit.factor / 1000) == 0)
        }
        guard let unit = fitting, unit.factor >= 1000 else { return "\(value)\(units.last?.name ?? "")" }
        let thousandths = value % unit.factor / (unit.factor / 1000)
        var text = "\(value / unit.factor)"
        if thousandths > 0 {
            var decimals = String(String(thousandths + 1000).dropFirst())
            while decimals.last == "0" { decimals.removeLast() }
            text += ".\(decimals)"
        }
        return text + unit.name
    }
}
