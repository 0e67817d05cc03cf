/// What an interface counted: an Interface Statistics Block. Times are nanoseconds since 1970.
public struct CaptureStatistics: Hashable, Sendable {
    /// The number of the interface, in the order of their descriptions.
    public var interface: UInt32
    /// When the counters were read.
    public var time: UInt64
    /// isb_starttime: when the capture began.
    public var startTime: UInt64?
    /// isb_endtime: when the capture ended.
    public var endTime: UInt64?
    /// isb_ifrecv: packets received.
    public var received: UInt64?
    /// isb_ifdrop: packets that were lost.
    public var dropped: UInt64?
    /// isb_filteraccept: packets that a filter let into the capture.
    public var accepted: UInt64?

    public init(
        interface: UInt32, time: UInt64, startTime: UInt64? = nil, endTime: UInt64? = nil, received: UInt64? = nil,
        dropped: UInt64? = nil, accepted: UInt64? = nil
    ) {
        self.interface = interface
        self.time = time
        self.startTime = startTime
        self.endTime = endTime
        self.received = received
        self.dropped = dropped
        self.accepted = accepted
    }
}
