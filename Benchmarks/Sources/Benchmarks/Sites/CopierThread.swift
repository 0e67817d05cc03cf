import Glibc
import Lab
import Synchronization
import Traffic

/// A `PacketCopier` at work on a processor other than the sender's.
final class CopierThread: Sendable {
    private let copier = Mutex<PacketCopier?>(nil)

    func start(in namespace: NetworkNamespace) async throws {
        let made = try await namespace.perform {
            try PacketCopier(of: "eth0", to: SocketAddress(EdgeSite.target, 4789))
        }
        copier.withLock { $0 = made }
        Task.detached {
            try await MeasuringThread.run(in: namespace, on: Processors.other) { _ in made.run() }
        }
    }

    deinit { copier.withLock { $0?.stop() } }

    /// Waits until it has nothing more to do.
    ///
    /// - Returns: copies that it has made so far, and nanoseconds that they took.
    func settle() -> (copies: Int, time: UInt64)? {
        guard let copier = copier.withLock({ $0 }) else { return nil }
        // Its time is up to date when it waits.
        var last = (copier.copied, copier.time)
        while true {
            usleep(2000)
            let now = (copier.copied, copier.time)
            if now == last { return now }
            last = now
        }
    }
}
