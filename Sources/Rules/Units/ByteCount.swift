/// A number of bytes with its unit: `64k`, `1M`, `10kB`, `1.5GiB`, `100B`.
///
/// k, M, G and T are decimal (k = 1000), as in bit rates; Ki, Mi, Gi and Ti are binary (Ki = 1024). The B may be left
/// out behind them; upper and lower case are the same.
public struct ByteCount: Hashable, Sendable {
    /// At least 1.
    public let bytes: UInt64

    private static let units: [(name: String, factor: UInt64)] = [
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
    ]
    private static let binaryUnits: [(name: String, factor: UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    /// A number of bytes; `nil` for 0.
    public init?(bytes: UInt64) {
        guard bytes > 0 else { return nil }
        self.bytes = bytes
    }

    /// Reads a number with its unit.
    /// - Throws: `RulesError` of code `invalidValue`, also for a number without a unit.
    public init(_ text: String) throws(RulesError) {
        func wrong(_ instead: String) -> RulesError {
            RulesError(.invalidValue, "\"\(text.shortened)\" is no number of bytes: \(instead)")
        }
        guard let number = WrittenNumber(text[...]) else { throw wrong("write 64k, 1M or 10kB") }
        guard !number.unit.isEmpty else {
            throw wrong("write the unit, such as \(text.shortened)k or \(text.shortened)B")
        }
        let unit = number.unit.lowercased()
        let known = (Self.units + Self.binaryUnits).first { known in
            let name = known.name.lowercased()
            return unit == name || (known.factor > 1 && unit == name.dropLast())
        }
        guard let known else {
            throw wrong("the units are B, k, M, G and T (1000 bytes and so on) and Ki, Mi, Gi and Ti (1024)")
        }
        do throws(WrittenNumber.Unfit) {
            bytes = try number.times(known.factor)
        } catch {
            throw wrong(error == .notWhole ? "a byte is the least; leave the decimals out" : "it is beyond 64 bits")
        }
        guard bytes > 0 else { throw wrong("write one that is not 0") }
    }
}

extension ByteCount: CustomStringConvertible {
    /// In the largest decimal unit that shows it exactly, such as `1.5MB`.
    public var description: String { WrittenNumber.text(bytes, units: Self.units) }
}
