internal import Glibc

/// A thread of its own for calls that block, which have no place in Swift's pool of threads.
struct CollectingThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private let thread: pthread_t

    /// Starts a thread that runs `body` with all signals blocked: they are for the program's other threads, and a
    /// closed pipe shall be an error of the write.
    ///
    /// - Throws: `CollectorError` of code `resources`.
    init(_ body: @escaping @Sendable () -> Void) throws(CollectorError) {
        let box = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                var signals = sigset_t()
                sigfillset(&signals)
                pthread_sigmask(SIG_SETMASK, &signals, nil)
                // `init` passes the box, and passes it on by starting the thread.
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            box.release()
            throw CollectorError(.resources, "no thread to receive on: raise the limit of processes", errno: result)
        }
        self.thread = thread
    }

    /// Waits for the thread's end; once, and not after `detach`.
    func join() {
        pthread_join(thread, nil)
    }

    /// Lets the thread end by itself; once, and not after `join`.
    func detach() {
        pthread_detach(thread)
    }
}
