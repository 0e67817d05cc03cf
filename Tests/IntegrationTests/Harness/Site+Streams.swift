import CTestLinux
import Foundation
import Glibc
import Lab
import TestSupport

extension Site {
    /// Deterministic bytes, no two pages of them alike.
    static func content(_ count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: 7)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            let word = generator.next()
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return Array(bytes.prefix(count))
    }

    /// Who talks to whom over sockets.
    struct Path: Sendable {
        var source: String
        var destination: String
        /// The destination's addresses.
        var ipv4: String
        var ipv6: String

        /// Through the mirrored host of a routed site.
        static let through = Path(source: Site.sender, destination: Site.receiver, ipv4: "10.2.0.2", ipv6: "fd02::2")
        /// From the mirrored host itself, out of its first interface.
        static let own = Path(source: Site.mirror, destination: Site.sender, ipv4: "10.1.0.2", ipv6: "fd01::2")
    }

    /// Whether the other side says that it listens; if not, it has failed and says why itself.
    private static func isReady(_ listening: AsyncStream<Void>) async -> Bool {
        for await _ in listening { return true }
        return false
    }

    /// Sends bytes over one TCP connection, by default from the sender to the receiver of a routed site.
    ///
    /// - Returns: what the receiver read.
    func transfer(
        _ content: [UInt8], ipv6: Bool, port: UInt16 = 5001, along path: Path = .through
    ) async throws -> [UInt8] {
        let (listening, signal) = AsyncStream.makeStream(of: Void.self)
        async let received = perform(in: path.destination) { () -> [UInt8] in
            defer { signal.finish() }
            let listener = try StreamSocket(ipv6: ipv6, datagrams: false)
            try listener.bind(port)
            signal.yield()
            return try listener.accept().readAll(expecting: content.count)
        }
        guard await Self.isReady(listening) else { return try await received }
        try await perform(in: path.source) {
            let socket = try StreamSocket(ipv6: ipv6, datagrams: false)
            try socket.connect(ipv6 ? path.ipv6 : path.ipv4, port)
            try socket.write(content)
        }
        return try await received
    }

    /// Sends datagrams of one size, many with each system call (UDP_SEGMENT).
    ///
    /// - Returns: what the receiver read, in the order in which it came.
    func transferDatagrams(
        _ content: [UInt8], of size: Int, ipv6: Bool, port: UInt16 = 5002, along path: Path = .through
    ) async throws -> [UInt8] {
        let (listening, signal) = AsyncStream.makeStream(of: Void.self)
        async let received = perform(in: path.destination) { () -> [UInt8] in
            defer { signal.finish() }
            let socket = try StreamSocket(ipv6: ipv6, datagrams: true)
            try socket.bind(port)
            signal.yield()
            return try socket.readAll(expecting: content.count)
        }
        guard await Self.isReady(listening) else { return try await received }
        try await perform(in: path.source) {
            let socket = try StreamSocket(ipv6: ipv6, datagrams: true)
            try socket.connect(ipv6 ? path.ipv6 : path.ipv4, port)
            let result = test_udp_segment(socket.descriptor, Int32(size))
            guard result == 0 else { throw Unexpected("no UDP segmentation offload: \(result)") }
            // As many as an IP packet has room for.
            let atOnce = 65507 / size * size
            for start in stride(from: 0, to: content.count, by: atOnce) {
                try socket.write(Array(content[start..<min(content.count, start + atOnce)]))
                usleep(1000)
            }
        }
        return try await received
    }
}

/// A TCP or UDP socket of the calling thread's namespace; every call gives up after a minute.
struct StreamSocket: ~Copyable {
    let descriptor: Int32
    private let ipv6: Bool

    init(ipv6: Bool, datagrams: Bool) throws {
        self.ipv6 = ipv6
        // Not for the processes that other tests start meanwhile: a listener would live on in them.
        let kind = (datagrams ? SOCK_DGRAM : SOCK_STREAM).rawValue | SOCK_CLOEXEC.rawValue
        descriptor = socket(ipv6 ? AF_INET6 : AF_INET, Int32(kind), 0)
        guard descriptor >= 0 else { throw Unexpected("no socket: \(errno)") }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        var one: Int32 = 1
        var room: Int32 = 32 << 20
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, 4)
        // Of a stream no more is under way than the queues of virtual links have room for once it is in segments.
        room = 150_000
        if !datagrams { setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &room, 4) }
    }

    private init(descriptor: Int32, ipv6: Bool) {
        self.descriptor = descriptor
        self.ipv6 = ipv6
    }

    /// Shut down first: a process that another test is just starting holds a copy of the descriptor until it has become
    /// the other program, and with it the port.
    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    func bind(_ port: UInt16) throws {
        try withAddress(ipv6 ? "::" : "0.0.0.0", port) { Glibc.bind(descriptor, $0, $1) }
        // Fails for datagrams, which need no listening.
        listen(descriptor, 8)
    }

    func connect(_ address: String, _ port: UInt16) throws {
        try withAddress(address, port) { Glibc.connect(descriptor, $0, $1) }
    }

    func accept() throws -> StreamSocket {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw Unexpected("nobody connects: \(errno)") }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return StreamSocket(descriptor: accepted, ipv6: ipv6)
    }

    func write(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Unexpected("cannot write: \(errno)") }
            start += count
        }
    }

    /// Reads so many bytes, fewer when the other end closes or nothing comes any more.
    func readAll(expecting count: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(count)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while all.count < count {
            let read = recv(descriptor, &buffer, buffer.count, 0)
            // With a limit of time, an interrupted call is not taken up again by itself (signal(7)).
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { break }
            all += buffer[..<read]
        }
        return all
    }

    private func withAddress(
        _ text: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var result: Int32
        if ipv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            inet_pton(AF_INET6, text, &address.sin6_addr)
            result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            inet_pton(AF_INET, text, &address.sin_addr)
            result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        guard result == 0 else { throw Unexpected("\(text) port \(port): \(String(cString: strerror(errno)))") }
    }
}
