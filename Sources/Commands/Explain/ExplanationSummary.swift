internal import Rules

/// How many packets each rule decided on.
struct ExplanationSummary {
    struct Tally: Encodable {
        var packets = 0
        /// As they were on the wire.
        var bytes = 0

        mutating func add(_ packet: ExplainedPacket) {
            packets += 1
            bytes += packet.length
        }
    }

    private(set) var all = Tally()
    /// By a rule's position; of a filter, what matches is at 0.
    private(set) var matched: [Int: Tally] = [:]
    private(set) var unmatched = Tally()

    mutating func add(_ packet: ExplainedPacket, _ finding: Finding) {
        all.add(packet)
        let position: Int? =
            switch finding {
            case .rule(let explanation): explanation.rule
            case .filter(let matches): matches ? 0 : nil
            }
        if let position {
            matched[position, default: Tally()].add(packet)
        } else {
            unmatched.add(packet)
        }
    }
}
