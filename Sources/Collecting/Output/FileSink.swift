internal import Glibc
internal import Pcapng

/// A file or a pipe that a capture goes to.
///
/// When nobody reads a pipe, the writer waits, and what comes meanwhile is lost, and counted, at the socket; the
/// collector's end ends the wait after three seconds.
struct FileSink: PcapngSink, ~Copyable {
    private let file: FileDescriptor
    private let name: String
    private let isPipe: Bool
    private let end: Int32
    /// How long a reader may take after the end before the rest is given up.
    private static let grace: Int32 = 3000

    /// Opens the output; nil when there is none. `end` is the descriptor of a `StopRequest` that outlives the sink.
    ///
    /// - Throws: `CollectorError` of code `output`.
    init?(_ output: CollectorConfiguration.Output, end: Int32) throws(CollectorError) {
        let number: Int32
        switch output {
        case .none:
            return nil
        case .standardOutput:
            name = "the standard output"
            number = fcntl(1, F_DUPFD_CLOEXEC, 0)
        case .file(let path):
            name = path
            number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        }
        guard let file = FileDescriptor(number) else {
            throw CollectorError(.output, "cannot write to \(name): give a path that can be written", errno: errno)
        }
        var status = stat()
        let kind = fstat(file.number, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
        isPipe = kind == S_IFIFO || kind == S_IFSOCK || kind == S_IFCHR
        self.file = file
        self.end = end
    }

    mutating func write(_ bytes: RawSpan) throws(PcapngError) {
        let failure = bytes.withUnsafeBytes { send($0) }
        guard failure == 0 else {
            throw PcapngError(sink: "cannot write to \(name)", cause: CollectorError.text(of: failure))
        }
    }

    /// Writes all; gives 0 or the error's number.
    private func send(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            var part = rest
            if isPipe {
                guard isWritable() else { return ETIMEDOUT }
                // A pipe that is ready takes that much without blocking (pipe(7)).
                part = rest.prefix(Int(PIPE_BUF))
            }
            let written = Glibc.write(file.number, UnsafeRawBufferPointer(rebasing: part).baseAddress, part.count)
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written == 0 {
                return EIO
            } else if errno != EINTR && errno != EAGAIN {
                return errno
            }
        }
        return 0
    }

    /// Waits until a pipe takes bytes; false when it did not in time after the end.
    private func isWritable() -> Bool {
        var events = [
            pollfd(fd: file.number, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: end, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let result = poll(&events, 2, -1)
            if result < 0 && errno == EINTR { continue }
            if events[0].revents != 0 { return true }
            var last = pollfd(fd: file.number, events: Int16(POLLOUT), revents: 0)
            return poll(&last, 1, Self.grace) == 1
        }
    }
}
