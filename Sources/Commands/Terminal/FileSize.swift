internal import ArgumentParser

/// Bytes of a file as people write them, with the units of head(1) and dd(1): `500K`, `100M`, `1G` are powers of 1,024,
/// `100MB` of 1,000; a number alone is bytes.
struct FileSize: Hashable, Sendable {
    let bytes: UInt64

    private static let units: [String: UInt64] = [
        "": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "KB": 1000, "MB": 1_000_000,
        "GB": 1_000_000_000, "TB": 1_000_000_000_000,
    ]

    /// nil when the text is not a whole number above zero with a unit, or beyond what a file can have.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = UInt64(digits), number > 0,
            let unit = Self.units[text.dropFirst(digits.count).uppercased()]
        else { return nil }
        let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit)
        guard !isTooLarge, bytes <= UInt64(Int64.max) else { return nil }
        self.bytes = bytes
    }
}

extension FileSize: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}
