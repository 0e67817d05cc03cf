import Glibc

/// A thread for one piece of work that blocks, or that changes what belongs to its thread alone.
///
/// The cooperative pool has as many threads as the machine has cores; blocking one of them, or moving one into another
/// network namespace, would be felt by every task.
enum DedicatedThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts the work on a thread of its own that ends with it.
    static func start(_ body: @escaping @Sendable () -> Void) throws(LabError) {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, runWork, work.toOpaque())
        guard status == 0 else {
            work.release()
            throw LabError.system("cannot start a thread", errno: status)
        }
        pthread_detach(thread)
    }

    private static let runWork: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
    }
}

extension DedicatedThread {
    /// Lets some time pass, also when the task has been cancelled.
    static func pause(_ duration: Duration) async {
        await Task.detached { try? await Task.sleep(for: duration) }.value
    }
}
