internal import Glibc

/// The owner of an open file, socket or event: closes it at the end of its life.
struct FileDescriptor: ~Copyable, Sendable {
    let number: Int32

    /// Owns a descriptor that a system call gave; nil when it gave -1.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit {
        _ = close(number)
    }
}
