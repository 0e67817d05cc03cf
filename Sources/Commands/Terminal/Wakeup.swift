internal import CLinux
import Glibc

/// Lets another thread wake one that waits in poll(2).
final class Wakeup: Sendable {
    /// Polls readable when somebody called `signal` since the last `clear`.
    let descriptor: Int32

    init() throws {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw Failure(.kernel, "cannot make an event descriptor: \(String(cString: strerror(errno)))")
        }
    }

    func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }

    deinit { close(descriptor) }
}
