internal import Glibc
internal import Pcapng

/// A file or a pipe that a capture goes to.
///
/// When nobody reads a pipe, the writer waits, and what comes meanwhile is lost, and counted, at the socket; the
/// collector's end ends the wait after three seconds. A file that has no room for all the bytes gets none of them: what
/// it has before is whole blocks.
struct FileSink: PcapngSink, ~Copyable {
    private let file: FileDescriptor
    private let name: String
    private let isPipe: Bool
    private let end: Int32
    /// Where what was written as a whole ends.
    private var length: off_t
    /// How long a reader may take after the end before the rest is given up.
    private static let grace: Int32 = 3000

    /// The standard output. `end` is the descriptor of a `StopRequest` that outlives the sink.
    ///
    /// - Throws: `CollectorError` of code `output`.
    static func standardOutput(end: Int32) throws(CollectorError) -> FileSink {
        try FileSink(fcntl(1, F_DUPFD_CLOEXEC, 0), "the standard output", end: end)
    }

    /// Makes a file anew, readable by its owner only; `exclusively` when there may be none of that name.
    ///
    /// - Throws: `CollectorError` of code `output`.
    init(_ path: String, exclusively: Bool = false, end: Int32) throws(CollectorError) {
        let flags = O_WRONLY | O_CREAT | (exclusively ? O_EXCL : O_TRUNC) | O_CLOEXEC
        try self.init(open(path, flags, 0o600), path, end: end)
    }

    private init(_ number: Int32, _ name: String, end: Int32) throws(CollectorError) {
        guard let file = FileDescriptor(number) else {
            throw CollectorError(.output, "cannot write to \(name): give a path that can be written", errno: errno)
        }
        var status = stat()
        let kind = fstat(file.number, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
        isPipe = kind == S_IFIFO || kind == S_IFSOCK || kind == S_IFCHR
        // Standard output may be a file that others have written to.
        length = lseek(file.number, 0, fcntl(file.number, F_GETFL) & O_APPEND != 0 ? SEEK_END : SEEK_CUR)
        self.name = name
        self.file = file
        self.end = end
    }

    mutating func write(_ bytes: RawSpan) throws(PcapngError) {
        let failure = bytes.withUnsafeBytes { send($0) }
        guard failure == 0 else {
            if !isPipe { takeBack() }
            throw PcapngError(
                sink: "cannot write to \(name)", cause: CollectorError.text(of: failure),
                hasRoomLater: failure == ENOSPC || failure == EDQUOT)
        }
        length += off_t(bytes.byteCount)
    }

    /// Leaves nothing of what was not written as a whole; what stands behind it in a file of others is not ours.
    private func takeBack() {
        var status = stat()
        if fstat(file.number, &status) == 0, status.st_size == lseek(file.number, 0, SEEK_CUR) {
            ftruncate(file.number, length)
        }
        lseek(file.number, length, SEEK_SET)
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
