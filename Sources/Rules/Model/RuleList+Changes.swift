extension RuleList {
    /// Where another list of as many rules differs from this one.
    /// - Returns: nil for lists of another length, or with more differences.
    public func positions(changedIn other: RuleList, atMost most: Int) -> [Int]? {
        guard rules.count == other.rules.count else { return nil }
        var positions: [Int] = []
        for position in rules.indices where rules[position] != other.rules[position] {
            guard positions.count < most else { return nil }
            positions.append(position)
        }
        return positions
    }
}
