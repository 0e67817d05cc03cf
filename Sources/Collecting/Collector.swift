internal import Glibc
internal import Packets
internal import Synchronization

/// Receives copies over VXLAN, Geneve and GUE, takes the tunnel off, counts, writes and delivers them.
///
/// Making one opens sockets, file and interface; datagrams are kept from then on. `run` receives them, on a thread
/// of its own for each socket.
public struct Collector: Sendable {
    private let session: CollectingSession

    /// - Parameters:
    ///   - configuration: What to listen on, and where packets go.
    ///   - stop: What ends the run before its time; the caller may keep it.
    /// - Throws: `CollectorError` of code `configuration`, `listen`, `output`, `delivery` or `resources`.
    public init(_ configuration: CollectorConfiguration, stop: StopRequest) throws(CollectorError) {
        session = try CollectingSession(configuration, stop: stop)
    }

    /// The UDP ports that are listened on, in the order of the configuration.
    public var ports: [UInt16] { session.sockets.map(\.port) }

    /// Receives until the stop, the packet limit or the end of the duration, whatever is first; once.
    ///
    /// What had arrived by then is still taken. A capture then gets the statistics of its interfaces and is whole.
    /// - Parameter report: Called every second, on a thread of the collector.
    /// - Returns: The final counters.
    /// - Throws: `CollectorError` of code `receive` or `resources`, and the capture is whole then, too; of code
    ///   `configuration` when it ran already.
    public func run(
        report: @escaping @Sendable (CollectorSnapshot) -> Void = { _ in }
    ) async throws -> CollectorSnapshot {
        let session = session
        return try await withCheckedThrowingContinuation { continuation in
            do throws(CollectorError) {
                let thread = try CollectingThread {
                    continuation.resume(with: Result { try session.run(report: report) })
                }
                thread.detach()
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
