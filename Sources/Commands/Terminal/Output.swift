import FoundationEssentials
import Glibc

/// Standard output and standard error.
package enum Output {
    /// Whether a person looks at standard output: colours and live tables are for them only.
    package static var isTerminal: Bool { isTerminal(STDOUT_FILENO) }

    /// Whether a person looks at what is written to a descriptor.
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Writes one line, whole, and at once: programs read these lines from a pipe.
    package static func line(_ text: String, to descriptor: Int32 = STDOUT_FILENO) throws {
        try write(text + "\n", to: descriptor)
    }

    package static func error(_ text: String) {
        // Where even standard error is closed there is nobody left to tell.
        try? write("periscope: \(text)\n", to: STDERR_FILENO)
    }

    /// One line of JSON with keys in alphabetical order.
    package static func json(_ value: some Encodable, to descriptor: Int32 = STDOUT_FILENO) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        try line(String(decoding: encoder.encode(value), as: UTF8.self), to: descriptor)
    }

    package static func write(_ text: String, to descriptor: Int32) throws {
        var text = text
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else {
                    if errno == EPIPE { throw ReaderGone() }
                    throw Failure(.output, "cannot write: \(String(cString: strerror(errno)))")
                }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }
}

/// Whoever read our output has closed it: head(1) has seen enough, Wireshark was closed. A reason to end, not to complain.
package struct ReaderGone: Error {}
