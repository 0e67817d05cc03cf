import Glibc
public import Packets

/// Sends UDP datagrams from an address of this host.
public final class DatagramSender: Sendable {
    private let descriptor: Int32

    /// - Parameter checksum: False sends zero checksums over IPv6 (UDP_NO_CHECK6_TX).
    public init(from source: IPAddress, to destination: IPAddress, port: UInt16, checksum: Bool = true) throws {
        let isIPv4 = source.bitWidth == 32
        descriptor = socket(isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var off: Int32 = 1
        if !checksum { setsockopt(descriptor, Int32(IPPROTO_UDP), 101, &off, 4) }
        try Self.check(Self.call(Glibc.bind, descriptor, source, 0), "bind \(source)")
        try Self.check(Self.call(Glibc.connect, descriptor, destination, port), "connect \(destination)")
    }

    deinit {
        close(descriptor)
    }

    public func send(_ payload: [UInt8]) throws {
        try Self.check(Int32(Glibc.send(descriptor, payload, payload.count, 0)), "send")
    }

    private static func check(_ result: Int32, _ what: String) throws {
        if result < 0 { throw Tool.Failure(description: "\(what): errno \(errno)") }
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32, _ address: IPAddress,
        _ port: UInt16
    ) -> Int32 {
        // Family in host order, port, for IPv6 a flow label, the address, for IPv6 a scope.
        let family = withUnsafeBytes(of: sa_family_t(address.bitWidth == 32 ? AF_INET : AF_INET6)) { Array($0) }
        let padding = [UInt8](repeating: 0, count: address.bitWidth == 32 ? 0 : 4)
        let name = family + port.bigEndianBytes + padding + address.bytes + [UInt8](repeating: 0, count: 8)
        let length = socklen_t(address.bitWidth == 32 ? 16 : 28)
        return name.withUnsafeBytes {
            function(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
        }
    }
}
