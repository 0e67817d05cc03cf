internal import CLibbpf
internal import CLinux
import Glibc

/// Keeps what libbpf prints out of the terminal, and what it printed on this thread at hand.
enum LibraryLog {
    private final class Lines {
        var text = ""
    }

    /// One slot a thread, so that loads at the same time do not mix their messages.
    private static let slot: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        libbpf_set_print { level, format, arguments in
            guard level.rawValue <= LIBBPF_INFO.rawValue, let box = pthread_getspecific(LibraryLog.slot),
                let format, let arguments, let line = linux_format(format, arguments)
            else { return 0 }
            defer { free(line) }
            Unmanaged<Lines>.fromOpaque(box).takeUnretainedValue().text += String(cString: line)
            return 0
        }
        return key
    }()

    /// Runs `body` and returns what libbpf printed meanwhile on this thread.
    static func capture<R>(_ body: () -> R) -> (R, String) {
        let lines = Lines()
        let outer = pthread_getspecific(slot)
        pthread_setspecific(slot, Unmanaged.passUnretained(lines).toOpaque())
        defer { pthread_setspecific(slot, outer) }
        let result = body()
        return (result, withExtendedLifetime(lines) { lines.text })
    }
}
