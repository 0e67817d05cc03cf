internal import CTraffic
import Glibc

/// A UDP socket that sends equal datagrams, 64 with each system call.
public final class DatagramBurst: Sendable {
    /// Datagrams of one system call.
    public static let batch = 64
    /// Ethernet, IPv4 and UDP headers.
    private static let headers = 42
    private let socket: Socket

    /// A socket of the calling thread's namespace.
    public init(to destination: SocketAddress) throws(TrafficError) {
        socket = try Socket(SOCK_DGRAM)
        try socket.set(SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20)
        try socket.connect(destination)
    }

    /// Sends datagrams whose frames have so many bytes; a multiple of `batch` of them, at least `count`.
    ///
    /// - Returns: nanoseconds for each.
    public func send(_ count: Int, frame: Int) throws(TrafficError) -> Double {
        precondition(frame >= Self.headers, "no room for headers")
        let payload = [UInt8](repeating: 0, count: frame - Self.headers)
        var failure: Int32 = 0
        var spent: UInt64 = 0
        let batches = (count + Self.batch - 1) / Self.batch
        payload.withUnsafeBytes { bytes in
            var vector = iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
            withUnsafeMutablePointer(to: &vector) { vector in
                var message = traffic_message()
                message.header.msg_iov = vector
                message.header.msg_iovlen = 1
                var messages = [traffic_message](repeating: message, count: Self.batch)
                let start = Clock.now()
                for _ in 0..<batches where failure == 0 {
                    let sent = traffic_send(socket.number, &messages, UInt32(Self.batch))
                    if sent != Int32(Self.batch) { failure = sent < 0 ? -sent : EAGAIN }
                }
                spent = Clock.now() - start
            }
        }
        guard failure == 0 else { throw TrafficError.system("cannot send datagrams", failure) }
        return Double(spent) / Double(batches * Self.batch)
    }
}
