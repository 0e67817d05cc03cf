internal import CLinux
import Synchronization

/// A conversation with the kernel about interfaces, addresses, routes, neighbours and queueing disciplines
/// (rtnetlink(7)), in the network namespace of the thread that opened it.
///
/// It can be shared: requests are answered one after the other.
public final class Rtnetlink: Sendable {
    private let socket: Mutex<NetlinkSocket>

    /// - Throws: ``NetlinkError`` when no socket can be opened.
    public init() throws(NetlinkError) {
        socket = Mutex(try NetlinkSocket())
    }

    /// Sends a request and returns the messages before its acknowledgement.
    ///
    /// - Parameter what: what failed when this does, as in "cannot list the interfaces".
    @discardableResult
    func perform(_ request: Request, _ what: @autoclosure () -> String) throws(NetlinkError) -> [Message] {
        do {
            return try socket.withLock { (socket) throws(NetlinkError) in try socket.perform(request) }
        } catch {
            // Only here, without the lock: to name an interface is a request too.
            throw NetlinkError(error.code, "\(what()): \(error.message)", cause: error.cause)
        }
    }
}
