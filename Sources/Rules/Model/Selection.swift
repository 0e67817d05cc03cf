/// How much is kept of the packets that a rule matches: all options can be combined, each is off when it is nil.
///
/// They apply in this order: the end (`end`), sampling, the first of each flow, the budget. A copy that passes them is
/// shortened to `snapLength`.
public struct Selection: Hashable, Sendable {
    /// What is drawn when one of N is kept.
    public enum SamplingUnit: String, Hashable, Sendable, CaseIterable, Codable {
        /// Each packet for itself.
        case packet
        /// All packets of a flow, in both directions, or none.
        case flow
    }

    /// How much of each flow is kept from its beginning.
    public enum FlowLimit: Hashable, Sendable {
        case packets(UInt64)
        /// Bytes of frames; the packet that crosses the limit is still kept.
        case bytes(UInt64)
    }

    /// How much of each packet is kept.
    public enum SnapLength: Hashable, Sendable {
        /// Bytes from the Ethernet header on.
        case bytes(UInt32)
        /// Everything through the transport header.
        case headers
    }

    /// When the selection ends; where both are given, whichever is first.
    public struct End: Hashable, Sendable {
        /// This long after the rule was first in force.
        public var after: Duration?
        /// At this time: nanoseconds since 1970.
        public var at: UInt64?

        public init(after: Duration? = nil, at: UInt64? = nil) {
            self.after = after
            self.at = at
        }
    }

    /// One of this many is kept; at least 1.
    public var samplingRate: UInt32?
    public var samplingUnit: SamplingUnit?
    public var first: FlowLimit?
    /// Bits per second that the copies may take on the wire, tunnel headers included.
    public var budget: UInt64?
    public var snapLength: SnapLength?
    public var end: End?

    public init(
        samplingRate: UInt32? = nil, samplingUnit: SamplingUnit? = nil, first: FlowLimit? = nil,
        budget: UInt64? = nil, snapLength: SnapLength? = nil, end: End? = nil
    ) {
        self.samplingRate = samplingRate
        self.samplingUnit = samplingUnit
        self.first = first
        self.budget = budget
        self.snapLength = snapLength
        self.end = end
    }

    /// Whether nothing is left out.
    public var isEverything: Bool { self == Selection() }
}
