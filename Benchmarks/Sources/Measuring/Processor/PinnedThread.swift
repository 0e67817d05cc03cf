internal import CMeasuring
import Glibc

/// Work that stays on one processor.
public enum PinnedThread {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Runs `body` with the calling thread on the last of the processors that it may use: the first one usually
    /// serves the interrupts.
    public static func run<Result>(_ body: () throws -> Result) throws -> Result {
        var allowed = affinity()
        try check(affinity_get(&allowed), "ask for")
        var last = affinity_last(&allowed)
        try check(affinity_set(&last), "choose")
        defer { _ = affinity_set(&allowed) }
        return try body()
    }

    private static func check(_ status: Int32, _ what: String) throws {
        guard status == 0 else {
            throw Failure(description: "cannot \(what) this thread's processors: \(String(cString: strerror(-status)))")
        }
    }

    /// Nanoseconds that the calling thread has spent on its processor (CLOCK_THREAD_CPUTIME_ID).
    public static var processorTime: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
