import Dispatch
internal import Synchronization

/// Asynchronous work in a command, whose thread has nothing else to do meanwhile.
package enum Blocking {
    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
        let semaphore = DispatchSemaphore(value: 0)
    }

    /// Does the work and waits for it.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        Task.detached {
            let result: Result<Value, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            outcome.result.withLock { $0 = result }
            outcome.semaphore.signal()
        }
        outcome.semaphore.wait()
        guard let result = outcome.result.withLock({ $0 }) else {
            throw Failure(.kernel, "work ended without a result")
        }
        return try result.get()
    }
}
