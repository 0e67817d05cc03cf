internal import Glibc
internal import Packets
internal import Synchronization

/// A socket of a listener, and whether its thread is at work with what came by it.
final class ReceivingSource: Sendable {
    /// The number of the listener that it is of.
    let listener: Int
    let tunnel: Tunnel
    let socket: UDPSocket
    /// True while the thread may have taken datagrams out of the socket that it has not handed over.
    let isAtWork = Atomic(false)

    private init(_ listener: Int, _ tunnel: Tunnel, _ socket: consuming UDPSocket) {
        self.listener = listener
        self.tunnel = tunnel
        self.socket = socket
    }

    /// As many sockets on one port, among which the kernel spreads flows (SO_REUSEPORT).
    ///
    /// - Throws: `CollectorError` of code `listen`.
    static func group(
        _ listener: CollectorConfiguration.Listener, index: Int, count: Int, receiveBuffer: Int32
    ) throws(CollectorError) -> [ReceivingSource] {
        guard count > 1 else {
            return [ReceivingSource(index, listener.tunnel, try UDPSocket(listener, receiveBuffer: receiveBuffer))]
        }
        var listener = listener
        // A port that several sockets share could be shared with another program of this user's, too. One socket that
        // shares nothing finds out whether it is free, or which one is.
        listener.port = try UDPSocket(listener, receiveBuffer: receiveBuffer).port
        var group: [ReceivingSource] = []
        for _ in 0..<count {
            let socket = try UDPSocket(listener, receiveBuffer: receiveBuffer, isShared: true)
            group.append(ReceivingSource(index, listener.tunnel, socket))
        }
        return group
    }

    /// Whether there is something to receive.
    var isReadable: Bool {
        var event = pollfd(fd: socket.descriptor.number, events: Int16(POLLIN), revents: 0)
        return poll(&event, 1, 0) != 0
    }
}
