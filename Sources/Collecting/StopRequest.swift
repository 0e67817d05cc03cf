internal import CLinux
internal import Glibc

/// Asks a collector to end.
///
/// It is an event descriptor: once asked, it stays asked, and everyone who waits for it sees it.
public final class StopRequest: Sendable {
    private let event: FileDescriptor

    /// - Throws: `CollectorError` of code `resources` when no descriptor is to be had.
    public init() throws(CollectorError) {
        guard let event = FileDescriptor(eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))) else {
            throw CollectorError(.resources, "no event descriptor: raise the limit of open files", errno: errno)
        }
        self.event = event
    }

    /// Asks; from any thread, any number of times.
    public func request() {
        Self.request(descriptor)
    }

    /// The descriptor, for a signal handler, which may not touch objects: it calls `request(_:)` with it.
    public var descriptor: Int32 { event.number }

    /// Asks by writing to the descriptor, which is allowed in a signal handler (signal-safety(7)).
    public static func request(_ descriptor: Int32) {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }
}
