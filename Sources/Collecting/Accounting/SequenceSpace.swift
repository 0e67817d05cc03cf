/// Which numbers of one sequence have come: how many, in which order, how often, and how many have not.
///
/// Numbers are 32 bits wide and wrap around; they are continued to 64 bits from the highest so far (as RFC 3550
/// appendix A.1 does). A number is *lost* while it lies between the earliest and the highest that came and has not come
/// itself: one that comes late is not lost any more. What lies before the earliest, or behind the highest, is not known
/// of. *Reordered* is what came after a higher number (RFC 4737 section 3.3), *duplicated* what had come before
/// (RFC 5560).
///
/// A window of the last 65,536 numbers remembers which of them are missing (like RFC 4303's against replay). What comes
/// later than that cannot be told from a duplicate: it counts as duplicated, and stays lost if it was.
struct SequenceSpace {
    /// What a number turned out to be.
    enum Arrival {
        /// Higher than all before.
        case next
        /// Missing until now.
        case late
        case duplicate
    }

    /// How many numbers behind the highest are remembered.
    static let window: Int64 = 65_536

    /// Nil before the first number.
    private(set) var earliest: Int64?
    private(set) var latest: Int64 = 0
    /// Different numbers that came.
    private(set) var received: UInt64 = 0
    private(set) var reordered: UInt64 = 0
    private(set) var duplicated: UInt64 = 0
    /// A bit for each number of the window, set while it is missing; empty as long as none ever was, which is most of
    /// the time, and then costs no memory.
    private var missing: [UInt64] = []

    /// Numbers that have not come.
    var lost: UInt64 {
        guard let earliest else { return 0 }
        return UInt64(latest - earliest + 1) - received
    }

    /// Takes a number.
    mutating func receive(_ number: UInt32) -> Arrival {
        guard let earliest else {
            earliest = Int64(number)
            latest = Int64(number)
            received = 1
            return .next
        }
        let distance = Int64(Int32(bitPattern: number &- UInt32(truncatingIfNeeded: latest)))
        let place = latest + distance
        if distance > 0 {
            if distance > 1 { mark(from: latest + 1, to: place) }
            unmark(place)
            latest = place
            received += 1
            return .next
        }
        let isKnown = -distance < Self.window && (place < earliest || isMissing(place))
        guard isKnown else {
            duplicated += 1
            return .duplicate
        }
        if place < earliest {
            if place + 1 < earliest { mark(from: place + 1, to: earliest) }
            self.earliest = place
        } else {
            unmark(place)
        }
        received += 1
        reordered += 1
        return .late
    }

    // MARK: The window

    private func isMissing(_ place: Int64) -> Bool {
        let bit = Int(place & (Self.window - 1))
        return !missing.isEmpty && missing[bit >> 6] & 1 << UInt64(bit & 63) != 0
    }

    private mutating func unmark(_ place: Int64) {
        guard !missing.isEmpty else { return }
        let bit = Int(place & (Self.window - 1))
        missing[bit >> 6] &= ~(1 << UInt64(bit & 63))
    }

    /// Marks the last window of numbers from `start` up to and without `end`.
    private mutating func mark(from start: Int64, to end: Int64) {
        if missing.isEmpty { missing = Array(repeating: 0, count: Int(Self.window) / 64) }
        var bit = Int(max(start, end - Self.window) & (Self.window - 1))
        var rest = Int(min(end - start, Self.window))
        while rest > 0 {
            // As many as are left in this word of the bitmap.
            let count = min(rest, 64 - bit & 63)
            let ones: UInt64 = count == 64 ? .max : 1 << UInt64(count) - 1
            missing[bit >> 6] |= ones << UInt64(bit & 63)
            bit = (bit + count) & Int(Self.window - 1)
            rest -= count
        }
    }
}
