internal import CTraffic
import Glibc
internal import Synchronization

/// A TCP server for one connection that takes whatever comes, or answers each request.
public final class StreamListener: Sendable {
    /// What it does with what it reads.
    public enum Service: Sendable {
        /// Counts it.
        case sink
        /// Sends as many bytes back.
        case echo
    }

    private let listening: Socket
    private let service: Service
    private let count = Atomic(0)

    /// A server of the calling thread's namespace.
    public init(on address: SocketAddress, _ service: Service) throws(TrafficError) {
        listening = try Socket(SOCK_STREAM)
        self.service = service
        try listening.set(SOL_SOCKET, SO_REUSEADDR, 1)
        try listening.bind(address)
        guard listen(listening.number, 1) == 0 else { throw TrafficError.system("cannot listen on \(address)") }
    }

    /// Bytes that came.
    public var received: Int { count.load(ordering: .acquiring) }

    /// Serves one connection to its end, or until `close`; blocks.
    public func run() throws(TrafficError) {
        let number = accept(listening.number, nil, nil)
        guard number >= 0 else { return }
        let connection = Socket(owning: number)
        try connection.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        var buffer = [UInt8](repeating: 0, count: 1 << 17)
        while true {
            let read = recv(connection.number, &buffer, buffer.count, 0)
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { return }
            if service == .echo, Glibc.send(connection.number, buffer, read, Int32(MSG_NOSIGNAL)) != read {
                return
            }
            count.add(read, ordering: .releasing)
        }
    }

    /// Lets a `run` return that still waits for its connection.
    public func close() { shutdown(listening.number, Int32(SHUT_RDWR)) }
}
