import Glibc
internal import PackageFormat

/// Work that waits for a disk, on a thread of its own: the threads of Swift's concurrency are few and must not wait.
enum OwnThread {
    private final class Work {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(PackageError) -> Value
    ) async throws(PackageError) -> Value {
        let result: Result<Value, PackageError> = await withCheckedContinuation { continuation in
            let work = Work {
                do throws(PackageError) {
                    continuation.resume(returning: .success(try body()))
                } catch { continuation.resume(returning: .failure(error)) }
            }
            let pointer = Unmanaged.passRetained(work)
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                { pointer in
                    if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().run() }
                    return nil
                }, pointer.toOpaque())
            if status == 0 {
                pthread_detach(thread)
            } else {
                pointer.release()
                continuation.resume(
                    returning: .failure(.system(status, "cannot make a thread", otherwise: .unwritable)))
            }
        }
        return try result.get()
    }
}
