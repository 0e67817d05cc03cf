internal import CTraffic
import Glibc

/// A TCP client of a `StreamListener`.
public final class StreamClient: Sendable {
    private let socket: Socket

    /// A connection from the calling thread's namespace.
    public init(to address: SocketAddress) throws(TrafficError) {
        socket = try Socket(SOCK_STREAM)
        try socket.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        try socket.connect(address)
    }

    /// Ends the connection, after what was sent.
    public func finish() { shutdown(socket.number, Int32(SHUT_WR)) }

    /// Sends as fast as it can for some time, and waits until all of it has come.
    ///
    /// - Parameters:
    ///   - duration: nanoseconds.
    ///   - listener: the other end.
    /// - Returns: bits per second.
    public func stream(for duration: UInt64, to listener: StreamListener) throws(TrafficError) -> Double {
        let block = [UInt8](repeating: 0, count: 1 << 17)
        let before = listener.received
        var sent = 0
        let start = Clock.now()
        while Clock.now() - start < duration {
            let count = Glibc.send(socket.number, block, block.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { throw TrafficError.system("cannot send to the other end") }
            sent += count
        }
        while listener.received - before < sent {
            guard Clock.now() - start < duration + 5_000_000_000 else {
                throw TrafficError("\(sent) bytes were sent, and \(listener.received - before) came")
            }
            sched_yield()
        }
        return Double(sent) * 8e9 / Double(Clock.now() - start)
    }

    /// Sends requests one after the other, each when the answer to the one before has come.
    ///
    /// - Parameter size: bytes of a request, and of an answer.
    /// - Returns: nanoseconds from each request to its answer.
    public func request(_ count: Int, size: Int) throws(TrafficError) -> [Double] {
        var buffer = [UInt8](repeating: 0, count: size)
        var times: [Double] = []
        times.reserveCapacity(count)
        for _ in 0..<count {
            let start = Clock.now()
            guard Glibc.send(socket.number, buffer, size, Int32(MSG_NOSIGNAL)) == size,
                recv(socket.number, &buffer, size, Int32(MSG_WAITALL)) == size
            else { throw TrafficError.system("a request was not answered") }
            times.append(Double(Clock.now() - start))
        }
        return times
    }
}
