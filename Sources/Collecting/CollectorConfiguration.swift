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

    /// At least one; each port once.
    public var listeners: [Listener]
    public var output: Output
    /// The interface out of which the packets go as bare frames; nil for none.
    public var deliveryInterface: String?
    /// End after this many packets.
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
