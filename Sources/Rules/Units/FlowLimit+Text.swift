extension Selection.FlowLimit {
    /// Reads a number of packets, `10`, or with a unit of bytes, `64k`; `ByteCount` has the units.
    /// - Throws: `RulesError` of code `invalidValue`.
    public init(_ text: String) throws(RulesError) {
        guard let number = WrittenNumber(text[...]) else {
            throw RulesError(
                .invalidValue,
                "\"\(text.shortened)\" says not how much of a flow: write packets, such as 10, or bytes, such as 64k")
        }
        guard number.unit.isEmpty else {
            self = .bytes(try ByteCount(text).bytes)
            return
        }
        guard let packets = try? number.times(1), packets > 0 else {
            throw RulesError(
                .invalidValue,
                "\"\(text.shortened)\" is no number of packets: write a whole number from 1, or bytes, such as 64k")
        }
        self = .packets(packets)
    }
}

extension Selection.FlowLimit: CustomStringConvertible {
    /// As it is written: `10`, `64kB`.
    public var description: String {
        switch self {
        case .packets(let count): "\(count)"
        case .bytes(let count): ByteCount(bytes: count)?.description ?? "0B"
        }
    }
}
