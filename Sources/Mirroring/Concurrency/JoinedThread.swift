import Glibc

/// A thread whose end is waited for when this value goes.
///
/// A thread and not a task: what blocks in the kernel has no place in the pool of tasks, and a thread is in the network
/// namespace of the one that starts it.
struct JoinedThread: ~Copyable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// nil where the system had no thread left: the work was done by the caller's.
    private let handle: pthread_t?

    init(_ run: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(Body(run))
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { context in
                // `init` hands it over by starting the thread.
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        if status != 0 { body.takeRetainedValue().run() }
        self.handle = status == 0 ? handle : nil
    }

    /// Waits for the end.
    consuming func join() {}

    deinit { if let handle { pthread_join(handle, nil) } }
}
