import Synchronization

/// A piece of work on a thread of its own, beside what the caller does meanwhile.
struct Concurrently<Value: ~Copyable & Sendable>: ~Copyable {
    private final class Outcome: Sendable {
        let value = Mutex<Value?>(nil)
        let failure = Mutex<(any Error)?>(nil)
    }

    private let outcome: Outcome
    /// Waits for the work when it goes, so also where nobody asks for the value.
    private let thread: JoinedThread

    /// Starts the work; where the system has no thread for it, it is done here and now.
    init(_ body: @escaping @Sendable () throws -> Value) {
        let outcome = Outcome()
        self.outcome = outcome
        thread = JoinedThread {
            do {
                var made: Value? = try body()
                outcome.value.withLock { value in value = made.take() }
            } catch {
                outcome.failure.withLock { $0 = error }
            }
        }
    }

    /// Waits for the work, and hands out what it made.
    consuming func value() throws -> Value {
        let outcome = outcome
        thread.join()
        if let error = outcome.failure.withLock({ $0 }) { throw error }
        guard let value = outcome.value.withLock({ value in value.take() }) else {
            throw MirrorError(.kernel, "work on a thread has ended without a value")
        }
        return value
    }
}
