public import Expressions
public import Packets

/// What a collector listens on, and where packets go.
public struct CollectorConfiguration: Hashable, Sendable {
    /// A UDP port on which one tunnel's datagrams are expected.
    public struct Listener: Hashable, Sendable {
        public var tunnel: Tunnel
        /// 0 lets the system choose a free port.
        public var port: UInt16
        /// The local address; nil for all, IPv4 and IPv6.
        public var address: IPAddress?

        /// - Parameter port: The tunnel's own when nil.
        public init(_ tunnel: Tunnel, port: UInt16? = nil, address: IPAddress? = nil) {
            self.tunnel = tunnel
            self.port = port ?? tunnel.port
            self.address = address
        }
    }

    /// Where the capture goes.
    public enum Output: Hashable, Sendable {
        /// Count only.
        case none
        case standardOutput
        /// A file, which is made anew and readable by its owner only: captures hold other people's conversations.
        case file(String)
    }

    /// Which time a packet has in the capture.
    public enum Timestamps: String, CaseIterable, Hashable, Sendable {
        /// When the copy came, by this host's clock.
        case arrival
        /// When the packet was mirrored, by the mirror's clock; of packets without metadata when they came.
        case mirror
    }

    /// When a capture goes on in another file. Without `size` and `time` it stays in one.
    public struct Rotation: Hashable, Sendable {
        /// Bytes that a file does not exceed, but for its statistics, or one packet that is larger.
        public var size: UInt64?
        /// How long packets go to one file.
        public var time: Duration?
        /// How many files stay, the current one included; nil for all.
        public var keep: Int?

        public init(size: UInt64? = nil, time: Duration? = nil, keep: Int? = nil) {
            self.size = size
            self.time = time
            self.keep = keep
        }
    }

    /// At least one; each port once.
    public var listeners: [Listener]
    public var output: Output
    public var timestamps = Timestamps.arrival
    /// Of a file; nil for one file of the name that `output` says.
    public var rotation: Rotation?
    /// The interface out of which the packets go as bare frames; nil for none. One that is not there is made, and
    /// removed in the end.
    public var deliveryInterface: String?
    /// Which packets are written and delivered; nil for all.
    public var filter: PacketFilter?
    /// Sockets, each with a thread, of each listener.
    public var threads = 1
    /// End after this many packets; of those that the filter accepts, where there is one.
    public var packetLimit: UInt64?
    /// End after this time.
    public var duration: Duration?
    /// How many senders (address, tunnel, VNI) are told apart; the rest are counted together.
    public var senderLimit: Int
    /// Bytes of each socket's receive buffer to ask for; the system may give less.
    public var receiveBuffer: Int32

    public init(
        listeners: [Listener], output: Output = .none, deliveryInterface: String? = nil, packetLimit: UInt64? = nil,
        duration: Duration? = nil, senderLimit: Int = 1024, receiveBuffer: Int32 = 32 << 20
    ) {
        self.listeners = listeners
        self.output = output
        self.deliveryInterface = deliveryInterface
        self.packetLimit = packetLimit
        self.duration = duration
        self.senderLimit = senderLimit
        self.receiveBuffer = receiveBuffer
    }
}

extension CollectorConfiguration.Rotation {
    var nanoseconds: UInt64? {
        time.map {
            UInt64(clamping: $0.components.seconds) * 1_000_000_000
                + UInt64(clamping: $0.components.attoseconds / 1_000_000_000)
        }
    }
}
