import Packets

/// A veth pair v0, v1 in the namespace of the calling thread, which nothing but the test's datagrams passes: for queues
/// whose numbers are to be known to the packet.
public struct CongestedLink {
    private let queues: Int
    private static let peer: IPAddress = "10.9.0.2"

    public init(queues: Int = 1) { self.queues = queues }

    /// Makes both ends and sets them up; v0 is 10.9.0.1, and 10.9.0.2 is known to be behind it.
    public func make() throws {
        try Namespace.shell(
            """
            set -e
            [ ! -d /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
            [ ! -d /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
            ip link add v0 numtxqueues \(queues) type veth peer name v1 numrxqueues \(queues)
            ip addr add 10.9.0.1/24 dev v0; ip link set v0 up; ip link set v1 up
            ip neighbour add 10.9.0.2 lladdr 02:00:00:00:00:02 dev v0 nud permanent
            """)
    }

    /// Sends so many frames of 1,000 bytes out of v0, all of one flow; what does not get through does not count as error.
    public func send(_ count: Int) throws {
        let sender = try DatagramSender(from: "10.9.0.1", to: Self.peer, port: 9)
        // Ethernet, IPv4 and UDP headers are 42 bytes.
        for _ in 0..<count { try? sender.send([UInt8](repeating: 0x78, count: 958)) }
    }
}
