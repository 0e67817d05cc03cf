import Glibc

/// Whether a condition holds within a limit, asked again and again: for what the kernel does a moment later, such as
/// letting go of a descriptor that a process which was just being started had inherited.
public func eventually(within limit: Duration = .seconds(5), _ condition: () throws -> Bool) rethrows -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while try !condition() {
        guard clock.now < end else { return false }
        usleep(2000)
    }
    return true
}
