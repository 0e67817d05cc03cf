internal import CTestLinux
internal import Glibc

/// A raw socket on an interface (packet(7)): frames out as they are written, frames in as the wire had them.
///
/// It belongs to the network namespace of the thread that makes it, and can be used from any thread.
public struct PacketSocket: ~Copyable, Sendable {
    /// The system's refusal.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// A frame that came by.
    public struct Frame: Hashable, Sendable {
        /// Its bytes, the outermost VLAN tag in its place even if the kernel had taken it out.
        public var bytes: [UInt8]
        /// Whether the kernel had taken the tag out of the bytes.
        public var hadTagInMetadata: Bool
        /// Whether this host sent it.
        public var isOutgoing: Bool
        /// Whether its transport checksum was left to a network card that is none.
        public var lacksChecksum: Bool
        /// When the kernel saw it, in nanoseconds since 1970.
        public var time: UInt64
    }

    private let descriptor: Int32
    private let interface: String

    /// Opens a socket on an interface; one that does not listen can only send.
    public init(on interface: String, listening: Bool = false) throws(Failure) {
        descriptor = test_packet_socket(interface, listening ? 1 : 0, 256 << 20)
        self.interface = interface
        guard descriptor >= 0 else { throw Self.failure("cannot open a packet socket on \(interface)", descriptor) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func failure(_ what: String, _ result: Int32) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(-result)))")
    }

    /// Keeps the calling thread on one processor, so that what it sends over virtual links stays in order.
    public static func pinThread(to processor: Int) { _ = test_pin_to_processor(Int32(processor)) }

    /// Sends frames in their order.
    public func send(_ frames: some Sequence<[UInt8]>) throws(Failure) {
        for frame in frames {
            var result = -Int32(EAGAIN)
            while result == -Int32(EAGAIN) || result == -Int32(ENOBUFS) {
                result = frame.withUnsafeBytes { bytes in
                    let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0)
                    return count < 0 ? -errno : Int32(count)
                }
            }
            guard result == frame.count else {
                throw Self.failure("cannot send a frame of \(frame.count) bytes on \(interface)", result)
            }
        }
    }

    /// Waits for frames, but not longer than this.
    public func wait(milliseconds: Int32) {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&waiting, 1, milliseconds)
    }

    /// The next frame, nil when none is waiting.
    public func receive(into buffer: inout [UInt8]) throws(Failure) -> Frame? {
        var frame = test_frame()
        let result = buffer.withUnsafeMutableBytes {
            test_packet_receive(descriptor, $0.baseAddress, Int32($0.count), &frame)
        }
        // ENETDOWN: the interface went down, and may come up again.
        guard result >= 0 || result == -ENETDOWN else { throw Self.failure("cannot receive on \(interface)", result) }
        guard result == 1 else { return nil }
        guard frame.original_length == frame.length else {
            throw Failure(description: "a frame of \(frame.original_length) bytes on \(interface) is larger than any")
        }
        var bytes = Array(buffer[..<Int(frame.length)])
        let tagged = frame.vlan_protocol != 0
        if tagged, bytes.count >= 12 {
            let tag = [frame.vlan_protocol, frame.vlan_tag].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
            bytes.insert(contentsOf: tag, at: 12)
        }
        return Frame(
            bytes: bytes, hadTagInMetadata: tagged, isOutgoing: frame.kind == UInt8(PACKET_OUTGOING),
            lacksChecksum: frame.checksum_not_ready != 0, time: frame.time)
    }

    /// Frames that came by and were lost for want of room, since the last time this was asked.
    public func drops() -> Int { max(0, Int(test_packet_drops(descriptor))) }
}
