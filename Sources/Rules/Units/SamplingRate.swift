/// How much of something is kept when it is sampled: one of so many, written `1/100`.
public struct SamplingRate: Hashable, Sendable {
    /// One of this many is kept; at least 1, which keeps everything.
    public let oneOf: UInt32

    /// One of `oneOf`; `nil` for 0.
    public init?(oneOf: UInt32) {
        guard oneOf > 0 else { return nil }
        self.oneOf = oneOf
    }

    /// Reads `1/100`. A number alone is refused: 100 may be meant as one of 100 or as 100 %.
    /// - Throws: `RulesError` of code `invalidValue`.
    public init(_ text: String) throws(RulesError) {
        func wrong(_ instead: String) -> RulesError {
            RulesError(.invalidValue, "\"\(text.shortened)\" is no sampling rate: \(instead)")
        }
        let general = "write 1/N for one of N, such as 1/100; N is 1 to \(UInt32.max)"
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Self.number($0) }
        guard parts.count == 2 else {
            if parts.count == 1, let number = parts[0], number > 0 {
                throw wrong("write 1/\(number) for one of \(number)")
            }
            throw wrong(general)
        }
        guard let kept = parts[0], let all = parts[1], kept > 0, all > 0 else { throw wrong(general) }
        guard kept == 1 else {
            throw wrong(all % kept == 0 ? "one of a number is kept; write 1/\(all / kept)" : general)
        }
        oneOf = all
    }

    private static func number(_ text: Substring) -> UInt32? {
        guard let number = WrittenNumber(text), number.unit.isEmpty, let value = try? number.times(1) else {
            return nil
        }
        return UInt32(exactly: value)
    }
}

extension SamplingRate: CustomStringConvertible {
    public var description: String { "1/\(oneOf)" }
}
