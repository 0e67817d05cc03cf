internal import CLinux
import Glibc

/// Signals as something to wait for: they are blocked, and read one by one.
struct Signals: ~Copyable {
    let descriptor: Int32

    /// - Throws: the system's error.
    init(_ signals: [Int32]) throws {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = linux_signalfd(&set)
        guard descriptor >= 0 else {
            throw Failure(.kernel, "cannot wait for signals: \(String(cString: strerror(-descriptor)))")
        }
    }

    /// The next signal that has arrived, nil when none has.
    func next() -> Int32? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        return read(descriptor, &info, size) == size ? Int32(bitPattern: info.ssi_signo) : nil
    }

    deinit { close(descriptor) }
}
