extension Selection.SnapLength {
    /// An Ethernet header to what libpcap keeps at most (its MAXIMUM_SNAPLEN), which is more than any frame has.
    public static let range: ClosedRange<UInt32> = 14...262_144

    /// Reads `128` or `headers`.
    /// - Throws: `RulesError` of code `invalidValue`.
    public init(_ text: String) throws(RulesError) {
        if text.lowercased() == "headers" {
            self = .headers
            return
        }
        guard let number = WrittenNumber(text[...]), number.unit.isEmpty, let value = try? number.times(1),
            let bytes = UInt32(exactly: value), Self.range.contains(bytes)
        else {
            throw RulesError(
                .invalidValue,
                "\"\(text.shortened)\" is no snap length: write bytes from \(Self.range.lowerBound) to "
                    + "\(Self.range.upperBound), or headers for everything through the transport header")
        }
        self = .bytes(bytes)
    }
}

extension Selection.SnapLength: CustomStringConvertible {
    public var description: String {
        switch self {
        case .bytes(let count): "\(count)"
        case .headers: "headers"
        }
    }
}
