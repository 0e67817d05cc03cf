internal import CTraffic
public import Lab
internal import Synchronization

/// Threads that measure: each in a namespace, on a processor of its own choice, ahead of other threads there.
public enum MeasuringThread {
    /// Whether a measurement is not wanted any more.
    public final class Cancellation: Sendable {
        private let flag = Atomic(false)

        /// Throws `CancellationError` once the task that waits for the thread was cancelled.
        public func check() throws { if flag.load(ordering: .relaxed) { throw CancellationError() } }

        func cancel() { flag.store(true, ordering: .relaxed) }
    }

    /// Does work on such a thread and waits for it.
    ///
    /// - Parameters:
    ///   - namespace: whose sockets the thread makes.
    ///   - processor: on which it runs; the last one that is online, for all that is to be measured together.
    ///   - work: should check for cancellation every tenth of a second.
    public static func run<Value: Sendable>(
        in namespace: NetworkNamespace, on processor: Int = Processors.measuring,
        _ work: @escaping @Sendable (Cancellation) throws -> Value
    ) async throws -> Value {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await namespace.perform {
                let result = traffic_take_processor(Int32(processor))
                guard result == 0 else { throw TrafficError.system("cannot run on processor \(processor)", -result) }
                return try work(cancellation)
            }
        } onCancel: {
            cancellation.cancel()
        }
    }
}
