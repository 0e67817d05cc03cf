internal import CLinux
import Glibc

/// A network namespace without a name, for an experiment: it is gone, with all that was made in it, when it is over.
enum PrivateNamespace {
    /// Why there is none.
    struct NotPermitted: Error {}

    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Does something on a thread of its own in such a namespace, and waits for it.
    /// - Throws: ``NotPermitted`` without CAP_SYS_ADMIN (unshare(2)), or what the body throws.
    static func run<Value>(_ body: @escaping () throws -> Value) throws -> Value {
        var result: Result<Value, any Error> = .failure(NotPermitted())
        let work = Work {
            guard linux_unshare(LINUX_CLONE_NEWNET) == 0 else { return }
            result = Result { try body() }
        }
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(work)
        let status = pthread_create(&thread, nil, start, argument.toOpaque())
        guard status == 0 else {
            argument.release()
            throw Failure(.kernel, "cannot start a thread: \(String(cString: strerror(status)))")
        }
        pthread_join(thread, nil)
        return try result.get()
    }

    private static let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
    }
}
