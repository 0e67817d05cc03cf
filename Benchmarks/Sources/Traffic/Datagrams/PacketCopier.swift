internal import CTraffic
import Glibc
internal import Synchronization

/// A mirror as it is made in user space: frames come through a packet socket's ring and leave in VXLAN, 64 with each
/// system call.
///
/// It is ours, made to be measured beside others, after what agents that use PACKET_MMAP do.
public final class PacketCopier: Sendable {
    private let state: Mutex<traffic_ring>
    private let socket: Socket
    private let isStopped = Atomic(false)
    private let copiedCount = Atomic(0)
    private let processorTime = Atomic<UInt64>(0)
    private static let batch = 64

    /// A copier of an interface of the calling thread's namespace.
    public init(of interface: String, to target: SocketAddress) throws(TrafficError) {
        var ring = traffic_ring()
        let result = traffic_ring_open(&ring, interface, 1 << 14)
        guard result == 0 else { throw TrafficError.system("cannot open a ring on \(interface)", -result) }
        state = Mutex(ring)
        socket = try Socket(SOCK_DGRAM)
        try socket.set(SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20)
        // VXLAN has no checksum over IPv4 (RFC 7348 section 5).
        try socket.set(SOL_SOCKET, SO_NO_CHECK, 1)
        try socket.connect(target)
    }

    deinit { state.withLock { traffic_ring_close(&$0) } }

    /// Copies that were sent.
    public var copied: Int { copiedCount.load(ordering: .acquiring) }
    /// Nanoseconds of a processor that `run` has taken.
    public var time: UInt64 { processorTime.load(ordering: .acquiring) }

    public func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Copies until `stop`; blocks, and has the thread to itself.
    public func run() {
        state.withLock { ring in
            // VXLAN network 1.
            var header: [UInt8] = [8, 0, 0, 0, 0, 0, 1, 0]
            header.withUnsafeMutableBytes { header in
                let vectors = UnsafeMutablePointer<iovec>.allocate(capacity: 2 * Self.batch)
                let messages = UnsafeMutablePointer<traffic_message>.allocate(capacity: Self.batch)
                defer {
                    vectors.deallocate()
                    messages.deallocate()
                }
                for index in 0..<Self.batch {
                    (vectors + 2 * index).initialize(to: iovec(iov_base: header.baseAddress, iov_len: header.count))
                    (vectors + 2 * index + 1).initialize(to: iovec())
                    var message = traffic_message()
                    message.header.msg_iov = vectors + 2 * index
                    message.header.msg_iovlen = 2
                    (messages + index).initialize(to: message)
                }
                while !isStopped.load(ordering: .relaxed) { step(&ring, vectors, messages) }
            }
        }
    }

    private func step(
        _ ring: inout traffic_ring, _ vectors: UnsafeMutablePointer<iovec>,
        _ messages: UnsafeMutablePointer<traffic_message>
    ) {
        var count: UInt32 = 0
        var length: UInt32 = 0
        while count < UInt32(Self.batch), let frame = traffic_ring_frame(&ring, count, &length) {
            vectors[2 * Int(count) + 1] = iovec(iov_base: frame, iov_len: Int(length))
            count += 1
        }
        guard count > 0 else {
            processorTime.store(Clock.ofThread(), ordering: .releasing)
            var event = pollfd(fd: ring.socket, events: Int16(POLLIN), revents: 0)
            _ = poll(&event, 1, 50)
            return
        }
        let sent = traffic_send(socket.number, messages, count)
        traffic_ring_release(&ring, count)
        copiedCount.add(Int(max(0, sent)), ordering: .releasing)
    }
}
