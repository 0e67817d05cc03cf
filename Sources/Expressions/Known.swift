/// What holds at an instruction of a direct body, on whatever way control came there.
struct Known: Hashable {
    /// Bytes from `data` on that are before `data_end`.
    var bytes = 0
    /// Bounds of X.
    var leastX: UInt32 = 0
    var mostX: UInt32 = 0
    /// Whether r4 is `data` + X.
    var pointsBehindX = false
    /// Bytes from r4 on that are before `data_end`.
    var bytesBehindX = 0

    /// X has a new value, of which `bounds` is known.
    mutating func forgetX(_ bounds: ClosedRange<UInt32> = 0...UInt32.max) {
        leastX = bounds.lowerBound
        mostX = bounds.upperBound
        pointsBehindX = false
        bytesBehindX = 0
    }

    func common(with other: Known) -> Known {
        Known(
            bytes: min(bytes, other.bytes), leastX: min(leastX, other.leastX), mostX: max(mostX, other.mostX),
            pointsBehindX: pointsBehindX && other.pointsBehindX, bytesBehindX: min(bytesBehindX, other.bytesBehindX))
    }
}
