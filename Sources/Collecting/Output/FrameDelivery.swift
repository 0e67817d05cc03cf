internal import CLinux
internal import Glibc
internal import Packets

/// Sends packets out of an interface as bare frames, a batch in one system call.
///
/// IP packets without a link layer get an Ethernet header with the locally administered addresses
/// 02:00:00:00:00:01 and :02, which no host takes for its own.
struct FrameDelivery: ~Copyable {
    private var sent: UInt64 = 0
    private var failed: UInt64 = 0
    private let interface: String
    private let socket: FileDescriptor
    /// Nil when the interface was there before.
    private var made: DeliveryInterface?
    private var count = 0
    private let messages: UnsafeMutablePointer<collecting_message>
    private let vectors: UnsafeMutablePointer<iovec>
    /// The synthesized headers, one after the other: of IPv4 and of IPv6.
    private let headers: UnsafeMutablePointer<UInt8>

    /// Takes the interface, or makes it when there is none of that name.
    ///
    /// - Throws: `CollectorError` of code `delivery`.
    init(_ interface: String) throws(CollectorError) {
        self.interface = interface
        if if_nametoindex(interface) == 0 { made = try DeliveryInterface.make(named: interface) }
        let number = if_nametoindex(interface)
        guard number != 0 else {
            throw CollectorError(
                .delivery, "cannot deliver to \(interface): see \"ip link\" for interfaces", errno: errno)
        }
        let type = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
        guard let socket = FileDescriptor(Glibc.socket(AF_PACKET, type, 0)) else {
            throw CollectorError(.delivery, "cannot deliver to \(interface): it needs CAP_NET_RAW", errno: errno)
        }
        guard collecting_bind_packet(socket.number, Int32(bitPattern: number)) == 0 else {
            throw CollectorError(.delivery, "cannot deliver to \(interface): bring it up first", errno: errno)
        }
        // An interface whose queue stands still must not hold up the collector for good.
        var timeout = timeval(tv_sec: 0, tv_usec: 200_000)
        setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        self.socket = socket
        messages = .allocate(capacity: DatagramBatch.capacity)
        vectors = .allocate(capacity: 2 * DatagramBatch.capacity)
        let bytes = [Ethernet.ipv4, Ethernet.ipv6].flatMap {
            FrameBuilder().payload(etherType: $0, []).frame
        }
        headers = .allocate(capacity: bytes.count)
        headers.initialize(from: bytes, count: bytes.count)
    }

    deinit {
        messages.deallocate()
        vectors.deallocate()
        headers.deallocate()
    }

    var snapshot: CollectorSnapshot.Delivery {
        CollectorSnapshot.Delivery(interface: interface, sent: sent, failed: failed)
    }

    /// Removes the interface, if it was made.
    mutating func close() {
        made = nil
    }

    /// Takes a packet, whose bytes stay where they are until `flush`.
    mutating func add(_ packet: UnsafeRawBufferPointer, link: Decapsulation.Link) {
        if count == DatagramBatch.capacity { flush() }
        let vector = vectors + 2 * count
        var length = 1
        // The kernel reads and does not write what it sends.
        let body = iovec(iov_base: UnsafeMutableRawPointer(mutating: packet.baseAddress), iov_len: packet.count)
        switch link {
        case .ethernet:
            vector.initialize(to: body)
        case .ip:
            let header = packet[0] >> 4 == 6 ? headers + Ethernet.headerLength : headers
            vector.initialize(to: iovec(iov_base: header, iov_len: Ethernet.headerLength))
            (vector + 1).initialize(to: body)
            length = 2
        }
        var message = collecting_message()
        message.header.msg_iov = vector
        message.header.msg_iovlen = length
        (messages + count).initialize(to: message)
        count += 1
    }

    /// Sends what was taken. A frame that the interface refuses is counted and skipped.
    mutating func flush() {
        var next = 0
        while next < count {
            let result = collecting_send(socket.number, messages + next, UInt32(count - next))
            if result > 0 {
                sent += UInt64(result)
                next += Int(result)
            } else if errno == EAGAIN {
                // The interface's queue stands still: the rest of the batch would wait as long, each.
                failed += UInt64(count - next)
                next = count
            } else if errno != EINTR {
                failed += 1
                next += 1
            }
        }
        count = 0
    }
}
