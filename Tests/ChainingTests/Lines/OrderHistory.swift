/// The orders that were in force, and which packets can have met which of them.
struct OrderHistory {
    private struct Order {
        let members: [UInt8]
        /// Packets with lower numbers had arrived before the change to it began.
        var first = 0
        /// Packets from this number on were sent after the change to it was done.
        var settled = 0
    }

    private var orders: [Order]
    var count: Int { orders.count }

    /// - Parameter initial: in force before the first packet.
    init(initial: [UInt8]) { orders = [Order(members: initial)] }

    /// Notes a change. `done` is nil when nobody knows whether it was made.
    mutating func change(to members: [UInt8], began: Int, done: Int?) {
        orders.append(Order(members: members, first: began, settled: done ?? .max))
    }

    /// The packets whose traces are of no order that they can have met, as sentences; at most a few.
    ///
    /// Packets come in the order of their numbers, so none meets an order older than one that a packet before it met.
    func contradictions(_ traces: [[UInt8]]) -> [String] {
        var complaints: [String] = []
        var (oldest, next) = (0, 1)
        for (number, trace) in traces.enumerated() {
            while next < orders.count, orders[next].settled == .max || orders[next].settled <= number {
                if orders[next].settled != .max { oldest = max(oldest, next) }
                next += 1
            }
            let met = (oldest..<orders.count).first { orders[$0].members == trace && orders[$0].first <= number }
            if let met {
                oldest = met
            } else {
                complaints.append(
                    "packet \(number) was seen by \(trace), in force from order \(oldest) on were "
                        + orders[oldest...].prefix(4).map { "\($0.members)" }.joined(separator: ", "))
                if complaints.count == 5 { break }
            }
        }
        return complaints
    }
}
