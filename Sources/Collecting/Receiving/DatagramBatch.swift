internal import CLinux
internal import Glibc
internal import Packets

/// Buffers for as many datagrams as one system call receives; allocated once.
struct DatagramBatch: ~Copyable {
    /// Datagrams of one call.
    static let capacity = 64
    /// The longest UDP payload is 65,507 bytes over IPv4 and 65,527 over IPv6.
    private static let slot = 65_536
    /// From one slot to the next: not a power of two, or all datagrams of a batch would contend for the same few lines
    /// of the processor's cache. Those of Ethernet's usual size fall beside each other.
    private static let stride = slot + 1600

    /// Datagrams that the last call received.
    private(set) var count = 0

    private let messages: UnsafeMutablePointer<collecting_message>
    private let vectors: UnsafeMutablePointer<iovec>
    private let names: UnsafeMutablePointer<sockaddr_in6>
    private let control: UnsafeMutableRawPointer
    private let payloads: UnsafeMutableRawPointer

    init() {
        let controlSize = COLLECTING_CONTROL_SIZE
        messages = .allocate(capacity: Self.capacity)
        vectors = .allocate(capacity: Self.capacity)
        names = .allocate(capacity: Self.capacity)
        control = .allocate(byteCount: Self.capacity * controlSize, alignment: 16)
        payloads = .allocate(byteCount: Self.capacity * Self.stride, alignment: 4096)
        names.initialize(repeating: sockaddr_in6(), count: Self.capacity)
        for index in 0..<Self.capacity {
            (vectors + index).initialize(to: iovec(iov_base: payloads + index * Self.stride, iov_len: Self.slot))
            var message = collecting_message()
            message.header.msg_name = UnsafeMutableRawPointer(names + index)
            message.header.msg_iov = vectors + index
            message.header.msg_iovlen = 1
            message.header.msg_control = control + index * controlSize
            (messages + index).initialize(to: message)
        }
    }

    deinit {
        messages.deallocate()
        vectors.deallocate()
        names.deallocate()
        control.deallocate()
        payloads.deallocate()
    }

    /// Receives what is there, without waiting; gives 0, or the error's number (EAGAIN when nothing is there).
    mutating func receive(from socket: borrowing UDPSocket) -> Int32 {
        count = 0
        for index in 0..<Self.capacity {
            messages[index].header.msg_namelen = socklen_t(MemoryLayout<sockaddr_in6>.size)
            messages[index].header.msg_controllen = COLLECTING_CONTROL_SIZE
        }
        let received = collecting_receive(socket.descriptor.number, messages, UInt32(Self.capacity))
        guard received >= 0 else { return errno }
        count = Int(received)
        return 0
    }

    /// Where a datagram's bytes are until the next call.
    func payload(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: payloads + index * Self.stride, count: Int(messages[index].length))
    }

    /// Where a datagram came from; IPv4 senders to a dual-stack socket in their own form.
    func sender(_ index: Int) -> IPAddress {
        // Both families have their number first; an IPv4 address is four bytes after the port.
        let name = UnsafeRawPointer(names + index)
        if names[index].sin6_family == sa_family_t(AF_INET) {
            return .ipv4(UInt32(bigEndian: name.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        }
        return IPAddress.ipv6(UInt128(bigEndian: name.loadUnaligned(fromByteOffset: 8, as: UInt128.self))).unmapped
    }

    /// When a datagram came: nanoseconds since 1970, 0 if that is unknown.
    func arrival(_ index: Int) -> UInt64 {
        collecting_arrival(&messages[index].header)
    }
}
