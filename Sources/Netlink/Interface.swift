internal import CLinux

/// A network interface, as the kernel describes it.
public struct Interface: Hashable, Sendable {
    /// Number of the interface in its namespace.
    public var index: UInt32
    public var name: String
    /// ARPHRD_*: 1 Ethernet, 772 loopback, 65534 none (a tunnel of IP packets).
    public var hardwareType: UInt16
    /// IFF_*.
    public var flags: UInt32
    /// Bytes of the largest packet, without the link layer's header.
    public var mtu: UInt32
    public var state: OperationalState
    /// The link layer's address; six bytes for Ethernet.
    public var hardwareAddress: [UInt8]
    /// Type of a virtual interface, such as "veth", "macvlan" or "bridge"; nil for a device.
    public var kind: String?
    /// Interface that this one is a port of.
    public var master: UInt32?
    /// Interface that this one is on top of, or a veth's peer (in the namespace ``peerNamespace`` where that is set).
    public var link: UInt32?
    /// Kernel's number for the namespace of ``link``, where that is another one.
    public var peerNamespace: Int32?
    /// Free text set by an administrator (ifalias).
    public var alias: String?
    public var transmitQueueLength: UInt32
    /// Largest packet, in bytes and in segments, that the stack leaves to the device to cut.
    public var gsoMaxSize: UInt32?
    public var gsoMaxSegments: UInt32?
    public var statistics: Statistics

    public var isUp: Bool { flags & UInt32(IFF_UP) != 0 }
    public var isLoopback: Bool { flags & UInt32(IFF_LOOPBACK) != 0 }
    /// Whether it resolves no neighbours.
    public var isNoARP: Bool { flags & UInt32(IFF_NOARP) != 0 }
    /// Whether its frames begin with an Ethernet header.
    public var isEthernet: Bool { hardwareType == 1 || hardwareType == 772 }

    /// RFC 2863's ifOperStatus, in the kernel's numbers.
    public enum OperationalState: UInt8, Hashable, Sendable {
        case unknown, notPresent, down, lowerLayerDown, testing, dormant, up
    }

    /// Packets since the interface was made (struct rtnl_link_stats64).
    public struct Statistics: Hashable, Sendable {
        public var receivedPackets: UInt64 = 0
        public var receivedBytes: UInt64 = 0
        public var receiveDropped: UInt64 = 0
        public var receiveErrors: UInt64 = 0
        public var sentPackets: UInt64 = 0
        public var sentBytes: UInt64 = 0
        public var sendDropped: UInt64 = 0
        public var sendErrors: UInt64 = 0
    }
}
