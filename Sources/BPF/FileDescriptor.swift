import Glibc

/// An open file descriptor and its only owner: it closes with the value.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number, to lend to system calls while this value lives.
    public let rawValue: Int32

    /// Takes over a descriptor that nobody else closes.
    public init(taking rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// A second descriptor (close on exec) for what `rawValue` refers to.
    ///
    /// - Throws: ``BPFError`` when the process has too many descriptors open.
    public init(duplicating rawValue: Int32) throws(BPFError) {
        let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .system(errno, "cannot duplicate descriptor \(rawValue)") }
        self.rawValue = copy
    }

    /// Gives up ownership: the caller closes the descriptor returned.
    public consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }

    deinit {
        _ = close(rawValue)
    }
}
