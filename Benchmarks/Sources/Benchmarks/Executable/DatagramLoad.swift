import Glibc

/// Datagrams of VXLAN to a collector on this host.
enum DatagramLoad {
    /// Sends so many, each of an Ethernet frame with a UDP packet, as fast as the kernel takes them.
    static func send(_ count: Int, port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { buffer in
                buffer.baseAddress.map { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) } ?? -1
            }
        }
        guard descriptor >= 0, status == 0 else {
            throw PrivateNetwork.Failure(description: "no socket for datagrams: \(String(cString: strerror(errno)))")
        }
        // VXLAN (RFC 7348), Ethernet, IPv4 with UDP and 26 bytes of payload.
        var datagram: [UInt8] = [8, 0, 0, 0, 0, 0, 1, 0] + [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
        datagram += [
            0x45, 0, 0, 54, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x10, 0, 0x20, 0, 0, 34, 0, 0,
        ]
        datagram += [UInt8](repeating: 0x50, count: 26)
        for _ in 0..<count { _ = Glibc.send(descriptor, datagram, datagram.count, 0) }
    }
}
