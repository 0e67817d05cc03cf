/// What went wrong with a capture file.
public struct PcapngError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public enum Code: Hashable, Sendable {
        /// The file begins like no capture file, or has an unknown version.
        case format
        /// The file ends inside a block, a record or a header.
        case truncated
        /// A length that cannot be: of a block, an option or a packet.
        case length
        /// A packet of an interface that was not described.
        case interface
        /// A time that does not fit in 64 bits of nanoseconds.
        case time
        /// The sink took no more bytes.
        case sink
        /// The sink has no room now, and may have some later.
        case noRoom
    }

    public let code: Code
    /// What failed on what, and the remedy.
    public let message: String
    /// Where in the file, in bytes from its beginning; nil when the failure is at no place of a file.
    public let offset: Int?
    /// The failure beneath, in words; nil when this one is the first.
    public let cause: String?

    public var description: String { cause.map { "\(message): \($0)" } ?? message }

    /// A failure of a sink, for those who write sinks.
    ///
    /// - Parameter hasRoomLater: Whether it makes sense to try again.
    public init(sink message: String, cause: String?, hasRoomLater: Bool = false) {
        code = hasRoomLater ? .noRoom : .sink
        self.message = message
        offset = nil
        self.cause = cause
    }

    init(_ code: Code, _ message: String, at offset: Int? = nil) {
        self.code = code
        self.message = offset.map { "byte \($0): \(message)" } ?? message
        self.offset = offset
        cause = nil
    }
}
