/// Bytes at points in time, for the question what any window of time carried.
struct Throughput {
    private var points: [(time: UInt64, bytes: Int)]

    /// - Parameter points: times in nanoseconds, in any order.
    init(_ points: [(time: UInt64, bytes: Int)]) { self.points = points.sorted { $0.time < $1.time } }

    var total: Int { points.reduce(0) { $0 + $1.bytes } }

    /// The most bytes that any window of this length carries.
    func most(within window: Duration) -> Int {
        let length = UInt64(window / .nanoseconds(1))
        var first = 0
        var sum = 0
        var most = 0
        for point in points {
            sum += point.bytes
            while point.time - points[first].time >= length {
                sum -= points[first].bytes
                first += 1
            }
            most = max(most, sum)
        }
        return most
    }

    /// From the first point to the last.
    var span: Duration { .nanoseconds(Int64((points.last?.time ?? 0) - (points.first?.time ?? 0))) }
}
