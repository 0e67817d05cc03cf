internal import Mirroring

/// What both ends of a demonstration have counted so far.
struct DemonstrationCounters: Sendable {
    var rules: [RuleCounters] = []
    /// Packets that the collector took out of the tunnel, and their bytes.
    var received = Tally()
    /// Datagrams that the collector's kernel dropped.
    var dropped: UInt64 = 0
    /// Datagrams that carried no packet.
    var malformed: UInt64 = 0

    var matched: Tally { rules.reduce(into: Tally()) { $0.add($1.matched) } }
    var sent: Tally { rules.flatMap(\.targets).reduce(into: Tally()) { $0.add($1.sent) } }
    var failed: UInt64 { rules.flatMap(\.targets).reduce(0) { $0 + $1.failures } }
    /// Whether both ends have told their last: until then what was sent may be on its way.
    var isFinal = false

    /// Sent, and not received; until the end only what the collector's kernel says that it dropped.
    var lost: UInt64 {
        guard isFinal else { return dropped }
        return sent.packets > received.packets ? sent.packets - received.packets : 0
    }

    /// Why this is not what a mirror promises; nil when every matched packet was received, byte for byte.
    var complaint: String? {
        if matched.packets == 0 { return "no packet was matched" }
        if sent.packets != matched.packets {
            return "of \(matched.packets) matched packets \(sent.packets) were sent (failed: \(failed))"
        }
        if received.packets != sent.packets {
            return "of \(sent.packets) packets sent \(received.packets) were received"
        }
        return nil
    }
}

extension Tally {
    fileprivate mutating func add(_ other: Tally) {
        packets += other.packets
        bytes += other.bytes
    }
}
