public import Packets

/// What a collector has counted so far.
public struct CollectorSnapshot: Codable, Hashable, Sendable {
    /// What came from one sender over one tunnel with one VNI.
    public struct Sender: Codable, Hashable, Sendable {
        /// The outer source address; nil for the row of those beyond the limit.
        public var address: IPAddress?
        /// Nil for the row of those beyond the limit.
        public var tunnel: Tunnel?
        /// Nil for GUE, for what is malformed, and for probes.
        public var vni: UInt32?
        /// Packets taken out of the tunnel, each once.
        public var received: UInt64
        /// Bytes of these packets, without the tunnel.
        public var bytes: UInt64
        /// Copies that are missing by their numbers, which may still come; nil when no copy had a number, as for
        /// `reordered` and `duplicated`.
        public var lost: UInt64?
        /// Copies among `received` that came after one with a higher number.
        public var reordered: UInt64?
        /// Copies that came once more; they are not in `received`.
        public var duplicated: UInt64?
        /// What is known of each rule; nil when no copy had metadata.
        public var rules: [Rule]?
        /// What is known of each stream and target; nil when no copy had metadata.
        public var streams: [Stream]?
        /// Empty datagrams.
        public var probes: UInt64
        /// Datagrams that carried no packet, by reason.
        public var malformed: [TunnelMalformation: UInt64]
    }

    /// The copies of one rule of a sender.
    public struct Rule: Codable, Hashable, Sendable {
        /// The rule's number; nil for those for which the collector had no room, whose losses are not known.
        public var rule: UInt32?
        public var received: UInt64
        public var lost: UInt64
        public var reordered: UInt64
        public var duplicated: UInt64
        /// How many packets the received copies stand for: the sum of the sampling rates in force.
        public var represents: UInt64
    }

    /// The copies of one run of a mirror to one of its targets.
    public struct Stream: Codable, Hashable, Sendable {
        public var stream: UInt32
        public var target: UInt8
        public var received: UInt64
        public var lost: UInt64
        /// The part of `lost` of which it is not known what rule it was of, because no later copy of that rule came.
        public var lostOfNoRule: UInt64
        public var reordered: UInt64
        public var duplicated: UInt64
    }

    /// What came to one socket.
    public struct Socket: Codable, Hashable, Sendable {
        public var tunnel: Tunnel
        public var port: UInt16
        /// Datagrams of all kinds.
        public var datagrams: UInt64
        /// Datagrams that the kernel dropped because the socket's buffer was full or a checksum wrong.
        public var lost: UInt64
        /// Bytes of the receive buffer that the system gave.
        public var receiveBuffer: Int32
    }

    /// What became of packets for the delivery interface.
    public struct Delivery: Codable, Hashable, Sendable {
        public var interface: String
        public var sent: UInt64
        /// Frames that the interface did not take: down, full, or longer than its MTU.
        public var failed: UInt64
    }

    /// When the collector began: nanoseconds since 1970.
    public var startTime: UInt64
    /// When the counters were read: nanoseconds since 1970.
    public var time: UInt64
    /// In the order of their first datagram; the row of those beyond the limit, if any, is the last.
    public var senders: [Sender]
    public var sockets: [Socket]
    /// Nil without a delivery interface.
    public var delivery: Delivery?
    /// Packets, duplicates among them, that the filter kept out of capture and delivery; nil without a filter.
    public var filteredOut: UInt64?
    /// Packets in the capture.
    public var written: UInt64
    /// Packets that were to be in the capture and are not, because of `lastWriteFailure`.
    public var notWritten: UInt64
    /// Why nothing is written at this moment; nil while all is well.
    public var writeFailure: String?
    /// Whether nothing will be written any more, either.
    public var hasWritingEnded: Bool
    /// The last thing that went wrong with the capture, whether it goes on meanwhile or not.
    public var lastWriteFailure: String?
    /// Whether as many packets came as were to be taken.
    public var isComplete: Bool

    /// Packets of all senders.
    public var received: UInt64 { senders.reduce(0) { $0 + $1.received } }
    /// Bytes of all packets.
    public var bytes: UInt64 { senders.reduce(0) { $0 + $1.bytes } }
    /// Empty datagrams of all senders.
    public var probes: UInt64 { senders.reduce(0) { $0 + $1.probes } }
    /// Datagrams of all sockets that the kernel dropped.
    public var lost: UInt64 { sockets.reduce(0) { $0 + $1.lost } }
    /// Copies of all senders that came once more.
    public var duplicated: UInt64 { senders.reduce(0) { $0 + ($1.duplicated ?? 0) } }
    /// Copies of all senders that came after one with a higher number.
    public var reordered: UInt64 { senders.reduce(0) { $0 + ($1.reordered ?? 0) } }
    /// Copies of all senders that are missing by their numbers; nil when none had any.
    public var missing: UInt64? {
        senders.reduce(nil) { sum, sender in sender.lost.map { (sum ?? 0) + $0 } ?? sum }
    }
    /// Malformed datagrams of all senders.
    public var malformed: UInt64 { senders.reduce(0) { $0 + $1.malformed.values.reduce(0, +) } }
}
