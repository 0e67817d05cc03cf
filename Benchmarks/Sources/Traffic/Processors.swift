import Glibc

/// Which processor does what.
public enum Processors {
    /// How many are online.
    public static let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// Where everything happens whose cost is measured: the last one, since interrupts tend to be served by the first.
    public static let measuring = count - 1
    /// Where the rest happens: the first one, which is another one if there are two.
    public static let other = 0
}
