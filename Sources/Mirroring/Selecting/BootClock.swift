import Glibc

/// The clock by which the kernel programs measure: nanoseconds since boot, time asleep included (CLOCK_BOOTTIME).
enum BootClock {
    /// Nanoseconds since boot.
    static var now: UInt64 { read(CLOCK_BOOTTIME) }

    /// When the system was booted, by the clock of the day as it is now: nanoseconds since 1970.
    static var bootTime: UInt64 {
        // The smallest of a few: between the two readings this thread may have had to wait.
        (0..<3).map { _ in
            let since = read(CLOCK_BOOTTIME)
            return read(CLOCK_REALTIME) &- since
        }.min() ?? 0
    }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
