extension [ClosedRange<UInt16>] {
    /// The same values as ranges in ascending order that neither overlap nor touch.
    func merged() -> [ClosedRange<UInt16>] {
        guard count > 1 else { return self }
        var merged: [ClosedRange<UInt16>] = []
        for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
