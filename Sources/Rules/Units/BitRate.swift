/// Bits per second, written as tc(8) writes rates: `100Mbit`, `1.5Gbit`, `512kbit`, or short `100M`.
///
/// Factors are decimal (k = 1000), in upper or lower case; a number alone is bits per second.
public struct BitRate: Hashable, Sendable {
    public let bitsPerSecond: UInt64

    /// 1 kbit to 1 Tbit: below it not one packet a second would pass, above it there is no interface.
    public static let range: ClosedRange<UInt64> = 1000...1_000_000_000_000

    private static let units: [(name: String, factor: UInt64)] = [
        ("Tbit", 1_000_000_000_000), ("Gbit", 1_000_000_000), ("Mbit", 1_000_000), ("kbit", 1000), ("bit", 1),
    ]

    /// A rate; `nil` when it is out of range.
    public init?(bitsPerSecond: UInt64) {
        guard Self.range.contains(bitsPerSecond) else { return nil }
        self.bitsPerSecond = bitsPerSecond
    }

    /// Reads a rate.
    /// - Throws: `RulesError` of code `invalidValue`.
    public init(_ text: String) throws(RulesError) {
        func wrong(_ instead: String) -> RulesError {
            RulesError(.invalidValue, "\"\(text.shortened)\" is no bit rate: \(instead)")
        }
        guard let number = WrittenNumber(text[...]) else { throw wrong("write 100Mbit, 1.5Gbit or 512kbit") }
        let unit = number.unit.lowercased()
        guard !unit.hasSuffix("bps"), !unit.hasSuffix("b") else {
            throw wrong(
                "\"\(number.unit)\" is bytes to some and bits to others; write bits per second, such as 100Mbit")
        }
        let known = Self.units.first { known in
            let name = known.name.lowercased()
            return unit == name || (unit.count == 1 && known.factor > 1 && name.hasPrefix(unit))
        }
        guard let factor = unit.isEmpty ? 1 : known?.factor else {
            throw wrong("the units are kbit, Mbit, Gbit and Tbit, or short k, M, G and T")
        }
        do throws(WrittenNumber.Unfit) {
            bitsPerSecond = try number.times(factor)
        } catch {
            throw wrong(error == .notWhole ? "it is no whole number of bits" : "at most 1Tbit can be told apart")
        }
        guard Self.range.contains(bitsPerSecond) else {
            throw wrong("it is 1kbit at least and 1Tbit at most; write 10Mbit for ten million bits per second")
        }
    }
}

extension BitRate: CustomStringConvertible {
    /// In the largest unit that shows it exactly, such as `1.5Gbit`.
    public var description: String { WrittenNumber.text(bitsPerSecond, units: Self.units) }
}
