extension RuleList {
    /// Where another list of as many rules differs from this one.
    /// - Returns: nil for lists of another length, or with more differences.
    public func positions(changedIn other: RuleList, atMost most: Int) -> [Int]? {
        guard rules.count == other.rules.count else { return nil }
        var positions: [Int] = []
        for position in rules.indices where !isAlike(other, at: position) && rules[position] != other.rules[position] {
            guard positions.count < most else { return nil }
            positions.append(position)
        }
        return positions
    }

    /// Whether the rules at a position have the same bytes, and so are equal: what was taken over from one list to the
    /// other shares the storage of its fields with it. Equal rules may have other bytes.
    private func isAlike(_ other: RuleList, at position: Int) -> Bool {
        let place = position * MemoryLayout<Rule>.stride
        return rules.withUnsafeBytes { one in
            other.rules.withUnsafeBytes { another in
                stride(from: place, to: place + MemoryLayout<Rule>.stride, by: 8).allSatisfy {
                    one.load(fromByteOffset: $0, as: UInt64.self) == another.load(fromByteOffset: $0, as: UInt64.self)
                }
            }
        }
    }
}
