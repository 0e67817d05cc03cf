/// What the brake judges: what the sensors saw at one moment, and since the moment before.
public struct BrakeReading: Hashable, Sendable {
    /// An interface that carries copies, or that one of those sends by.
    public struct Interface: Hashable, Sendable {
        public var index: UInt32
        /// Its last known name; empty when it never had one.
        public var name: String
        /// It was asked for, and is not there.
        public var isGone = false
        /// Packets dropped or not sent since the reading before; nil when the interface was not in that one.
        public var dropped: UInt64?
        /// How full its fullest queue is, 0 to 1; nil when no queue says how much it holds at most.
        public var queueFill: Double?

        public init(
            index: UInt32, name: String, isGone: Bool = false, dropped: UInt64? = nil, queueFill: Double? = nil
        ) {
            self.index = index
            self.name = name
            self.isGone = isGone
            self.dropped = dropped
            self.queueFill = queueFill
        }
    }

    /// The CPU with the largest share of its time in softirq.
    public struct Processor: Hashable, Sendable {
        public var number: UInt32
        /// 0 to 1.
        public var softirqShare: Double
        /// How long back the share goes.
        public var over: Duration

        public init(number: UInt32, softirqShare: Double, over: Duration) {
            self.number = number
            self.softirqShare = softirqShare
            self.over = over
        }
    }

    /// Time since the reading before; zero for the first.
    public var interval: Duration
    /// nil when nothing can be said yet.
    public var processor: Processor?
    public var interfaces: [Interface]

    public init(interval: Duration, processor: Processor?, interfaces: [Interface]) {
        self.interval = interval
        self.processor = processor
        self.interfaces = interfaces
    }

    /// Whether it says something of all that it was to say something of: only then can it be called calm.
    var isComplete: Bool {
        processor != nil && interval > .zero && interfaces.allSatisfy { !$0.isGone && $0.dropped != nil }
    }

    /// Drops of an interface in a second.
    func dropsPerSecond(_ interface: Interface) -> Double {
        guard interval > .zero, let dropped = interface.dropped else { return 0 }
        return Double(dropped) / (interval / .seconds(1))
    }
}
