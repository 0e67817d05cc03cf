internal import CLinux
internal import Glibc
internal import Packets

/// A UDP socket that tells when datagrams came and how many were dropped.
struct UDPSocket: ~Copyable, Sendable {
    let descriptor: FileDescriptor
    /// The port it is bound to.
    let port: UInt16
    /// Bytes of the receive buffer.
    let receiveBuffer: Int32

    /// Binds a socket; without an address to all of IPv6 and IPv4, or of IPv4 where there is no IPv6.
    ///
    /// - Parameter isShared: Whether other sockets that say so, too, may have the same port; the kernel spreads flows
    ///   among them.
    /// - Throws: `CollectorError` of code `listen`.
    init(
        _ listener: CollectorConfiguration.Listener, receiveBuffer: Int32, isShared: Bool = false
    ) throws(CollectorError) {
        let bound: (descriptor: Int32, error: Int32)
        switch listener.address {
        case .ipv4(let address): bound = Self.bind(ipv4: address, listener.port, isShared)
        case .ipv6: bound = Self.bind(ipv6: listener.address?.bytes ?? [], listener.port, isShared)
        case nil:
            let dualStack = Self.bind(ipv6: IPAddress.ipv6(0).bytes, listener.port, isShared)
            let hasIPv6 = dualStack.error != EAFNOSUPPORT && dualStack.error != EADDRNOTAVAIL
            bound = hasIPv6 ? dualStack : Self.bind(ipv4: 0, listener.port, isShared)
        }
        guard let descriptor = FileDescriptor(bound.descriptor) else {
            throw Self.error(listener, bound.error)
        }
        Self.enlargeBuffer(descriptor.number, receiveBuffer)
        self.receiveBuffer = Self.option(descriptor.number, SOL_SOCKET, SO_RCVBUF)
        port = Self.port(descriptor.number)
        self.descriptor = descriptor
    }

    /// How many datagrams the kernel dropped since the socket was made, modulo 2^32; nil on kernels before 4.12.
    ///
    /// SO_RXQ_OVFL would tell the same with each datagram, but costs that datagram's time, once something was dropped.
    var dropped: UInt32? {
        var values = [UInt32](repeating: 0, count: COLLECTING_MEMINFO_VARS)
        var length = socklen_t(values.count * 4)
        let result = getsockopt(
            descriptor.number, SOL_SOCKET, Int32(COLLECTING_SO_MEMINFO), &values, &length)
        guard result == 0, length == socklen_t(values.count * 4) else { return nil }
        return values[COLLECTING_MEMINFO_DROPS]
    }

    private static func bind(
        ipv4 address: UInt32, _ port: UInt16, _ isShared: Bool
    ) -> (descriptor: Int32, error: Int32) {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = address.bigEndian
        let descriptor = open(AF_INET, isShared)
        guard descriptor >= 0 else { return (-1, errno) }
        let result = withUnsafePointer(to: name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result == 0 ? (descriptor, 0) : closed(descriptor, errno)
    }

    private static func bind(
        ipv6 address: [UInt8], _ port: UInt16, _ isShared: Bool
    ) -> (descriptor: Int32, error: Int32) {
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &name.sin6_addr) { $0.copyBytes(from: address) }
        let descriptor = open(AF_INET6, isShared)
        guard descriptor >= 0 else { return (-1, errno) }
        set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)
        // RFC 6935: tunnels may send zero checksums over IPv6.
        set(descriptor, Int32(IPPROTO_UDP), Int32(COLLECTING_UDP_NO_CHECK6_RX), 1)
        let result = withUnsafePointer(to: name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        return result == 0 ? (descriptor, 0) : closed(descriptor, errno)
    }

    private static func open(_ family: Int32, _ isShared: Bool) -> Int32 {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { return -1 }
        set(descriptor, SOL_SOCKET, Int32(COLLECTING_SO_TIMESTAMPNS), 1)
        if isShared { set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
        return descriptor
    }

    private static func closed(_ descriptor: Int32, _ error: Int32) -> (descriptor: Int32, error: Int32) {
        _ = close(descriptor)
        return (-1, error)
    }

    /// Beyond the system's limit where permitted (CAP_NET_ADMIN), else up to it.
    private static func enlargeBuffer(_ descriptor: Int32, _ size: Int32) {
        if !set(descriptor, SOL_SOCKET, Int32(COLLECTING_SO_RCVBUFFORCE), size) {
            set(descriptor, SOL_SOCKET, SO_RCVBUF, size)
        }
    }

    @discardableResult
    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
        var value = value
        return setsockopt(descriptor, level, option, &value, 4) == 0
    }

    private static func option(_ descriptor: Int32, _ level: Int32, _ option: Int32) -> Int32 {
        var value: Int32 = 0
        var length: socklen_t = 4
        return getsockopt(descriptor, level, option, &value, &length) == 0 ? value : 0
    }

    /// The port has one place in both families' addresses.
    private static func port(_ descriptor: Int32) -> UInt16 {
        var name = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return result == 0 ? UInt16(bigEndian: name.sin6_port) : 0
    }

    private static func error(_ listener: CollectorConfiguration.Listener, _ number: Int32) -> CollectorError {
        let place = "\(listener.address.map { "\($0) " } ?? "")UDP port \(listener.port)"
        let remedy =
            switch number {
            case EADDRINUSE: "another program or a tunnel device of this host has it, choose another port"
            case EACCES: "it needs CAP_NET_BIND_SERVICE, or choose a port from 1024 on"
            case EADDRNOTAVAIL: "the address is none of this host's, see \"ip address\""
            default: "the system refused it"
            }
        return CollectorError(.listen, "cannot listen on \(place): \(remedy)", errno: number)
    }
}
