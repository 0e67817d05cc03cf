import Dispatch
import Glibc
internal import Synchronization

/// Signals as cancellation: work gets the chance to clean up, then the process ends as the signal would have ended it.
public enum Interruption {
    /// What a terminal and a service manager send: SIGINT, SIGTERM, and SIGHUP when the terminal is gone.
    public static let usual: [Int32] = [SIGINT, SIGTERM, SIGHUP]

    /// All the work in this process that wants to know of signals. One registry for the process, because signals are
    /// the process's: the last to finish after a signal ends it, not the first.
    private struct Registry {
        var cancellations: [Int: @Sendable () -> Void] = [:]
        var next = 0
        var watches: [Int32: Watch] = [:]
        var received: Int32?
    }

    /// A signal that is listened to, and what was to happen on it before.
    private struct Watch {
        var source: any DispatchSourceSignal
        var previous: sighandler_t?
    }

    private static let registry = Mutex(Registry())

    /// Does work that is cancelled when one of the signals arrives.
    ///
    /// After a signal, and once all such work in the process has come to its end, the process ends by that signal. A
    /// second signal ends it at once. While there is no such work, signals do what they did before.
    public static func cancelling<Value: Sendable>(
        on signals: [Int32], _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard !signals.isEmpty else { return try await work() }
        let task = Task { try await work() }
        let number = enter(signals) { task.cancel() }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        leave(number)
        return try result.get()
    }

    private static func enter(_ signals: [Int32], _ cancel: @escaping @Sendable () -> Void) -> Int {
        registry.withLock { registry in
            for number in signals where registry.watches[number] == nil {
                registry.watches[number] = watch(number)
            }
            registry.next += 1
            registry.cancellations[registry.next] = cancel
            return registry.next
        }
    }

    private static func leave(_ number: Int) {
        let fatal = registry.withLock { registry -> Int32? in
            registry.cancellations[number] = nil
            guard registry.cancellations.isEmpty else { return nil }
            for (number, watch) in registry.watches {
                watch.source.cancel()
                Glibc.signal(number, watch.previous)
            }
            registry.watches = [:]
            return registry.received
        }
        if let fatal { end(by: fatal) }
    }

    /// Listens to a signal, unless it was to be ignored: nohup(1) and shells' background jobs mean that.
    private static func watch(_ number: Int32) -> Watch? {
        let previous = Glibc.signal(number, SIG_IGN)
        guard unsafeBitCast(previous, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) else { return nil }
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { arrived(number) }
        source.resume()
        return Watch(source: source, previous: previous)
    }

    private static func arrived(_ number: Int32) {
        let (cancellations, again) = registry.withLock { registry in
            let again = registry.received != nil
            registry.received = number
            return (Array(registry.cancellations.values), again)
        }
        if again { end(by: number) }
        for cancel in cancellations { cancel() }
    }

    /// Ends this process by the signal itself, so that whoever waits for it learns the truth.
    private static func end(by number: Int32) {
        Glibc.signal(number, SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        kill(getpid(), number)
    }
}
