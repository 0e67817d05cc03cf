/// A set of numbers as ranges in ascending order that neither overlap nor touch.
struct IntervalSet: Hashable {
    private(set) var ranges: [ClosedRange<UInt128>]

    init(_ ranges: [ClosedRange<UInt128>]) {
        guard ranges.count > 1 else {
            self.ranges = ranges
            return
        }
        var merged: [ClosedRange<UInt128>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    init(_ ranges: [ClosedRange<UInt16>]) {
        self.init(ranges.map { UInt128($0.lowerBound)...UInt128($0.upperBound) })
    }

    static let empty = IntervalSet([ClosedRange<UInt128>]())

    var isEmpty: Bool { ranges.isEmpty }

    /// Whether every number of the other set is in this one.
    func isSuperset(of other: IntervalSet) -> Bool {
        // Ranges do not touch, so a range of the other set lies in a single range of this one or not at all.
        var next = 0
        for range in other.ranges {
            while next < ranges.count, ranges[next].upperBound < range.lowerBound { next += 1 }
            guard next < ranges.count, ranges[next].lowerBound <= range.lowerBound,
                range.upperBound <= ranges[next].upperBound
            else { return false }
        }
        return true
    }

    func intersection(_ other: IntervalSet) -> IntervalSet {
        var both: [ClosedRange<UInt128>] = []
        var (mine, theirs) = (0, 0)
        while mine < ranges.count, theirs < other.ranges.count {
            let (one, two) = (ranges[mine], other.ranges[theirs])
            if one.overlaps(two) { both.append(one.clamped(to: two)) }
            if one.upperBound < two.upperBound { mine += 1 } else { theirs += 1 }
        }
        return IntervalSet(both)
    }
}
