internal import CTraffic
import Glibc

/// Sends VXLAN datagrams at a rate, as mirrors would: each with a frame of its own, of several flows.
///
/// The kernel cuts one large write into datagrams (UDP_SEGMENT) and does so as late as it can, so that one processor can
/// send more than another one can receive. At the receiver's socket each is a datagram.
public final class TunnelLoad: Sendable {
    /// Flows, each with a source port, in turn.
    private static let flows = 8
    private static let overhead = 8
    private let sockets: [Socket.Shared]
    private let write: [UInt8]
    /// Datagrams of one write.
    private let datagrams: Int

    /// A load of the calling thread's namespace.
    ///
    /// - Parameter frame: bytes of each inner frame.
    public init(to destination: SocketAddress, frame: Int) throws(TrafficError) {
        let datagram = Self.datagram(frame)
        datagrams = min(32, 65_000 / datagram.count)
        write = Array(repeatElement(datagram, count: datagrams).joined())
        var sockets: [Socket.Shared] = []
        for _ in 0..<Self.flows {
            let socket = try Socket(SOCK_DGRAM)
            try socket.set(SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20)
            let result = traffic_udp_segment(socket.number, Int32(datagram.count))
            guard result == 0 else { throw TrafficError.system("the kernel cannot cut datagrams", -result) }
            try socket.connect(destination)
            sockets.append(Socket.Shared(socket))
        }
        self.sockets = sockets
    }

    /// Sends.
    ///
    /// - Parameters:
    ///   - rate: datagrams a second; nil for as many as can be.
    ///   - duration: nanoseconds.
    ///   - check: called now and then; what it throws ends sending.
    /// - Returns: how many were sent.
    public func send(rate: Double?, for duration: UInt64, check: () throws -> Void) throws -> Int {
        let start = Clock.now()
        var sent = 0
        var turn = 0
        while true {
            let time = Clock.now() - start
            guard time < duration else { return sent }
            if let rate, Double(sent) > rate * Double(time) / 1e9 { continue }
            let socket = sockets[turn % Self.flows].number
            turn += 1
            if turn % 1024 == 0 { try check() }
            guard Glibc.send(socket, write, write.count, 0) == write.count else {
                throw TrafficError.system("cannot send datagrams")
            }
            sent += datagrams
        }
    }

    /// VXLAN network 1 and an Ethernet frame with IPv4 and UDP.
    private static func datagram(_ frame: Int) -> [UInt8] {
        precondition(frame >= 42, "no room for headers")
        let (packet, datagram) = (frame - 14, frame - 34)
        var bytes: [UInt8] = [8, 0, 0, 0, 0, 0, 1, 0]
        bytes += [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]
        bytes += [
            0x45, 0, UInt8(packet >> 8), UInt8(packet & 255), 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 1, 0, 1, 10, 1, 0, 2,
        ]
        bytes += [0x13, 0x88, 0x13, 0x89, UInt8(datagram >> 8), UInt8(datagram & 255), 0, 0]
        return bytes + [UInt8](repeating: 0, count: frame - 42)
    }
}

extension Socket {
    /// A socket in an array, which takes copyable values only.
    final class Shared: Sendable {
        private let socket: Socket
        init(_ socket: consuming Socket) { self.socket = socket }
        var number: Int32 { socket.number }
    }
}
