import Glibc

/// An IPv4 address with a port.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// As people write it: "10.0.0.1".
    public let address: String
    public let port: UInt16

    public init(_ address: String, _ port: UInt16) {
        self.address = address
        self.port = port
    }

    public var description: String { "\(address):\(port)" }

    /// Calls with what connect(2) and bind(2) take.
    func call<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = inet_addr(address)
        return withUnsafePointer(to: name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
