import Glibc

/// Times in nanoseconds.
public enum Clock {
    /// Since some moment in the past, never set back (CLOCK_MONOTONIC).
    public static func now() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// Of a processor, spent in the calling thread, with the softirqs that ran on top of it.
    public static func ofThread() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
