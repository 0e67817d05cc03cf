import Glibc
import Synchronization

/// UDP packets that leave by `e1` as fast as one thread sends them, each counted once the kernel has taken it.
final class ProbeTraffic: Sendable {
    private let socket: Int32
    private let isOver = Atomic<Bool>(false)
    private let count = Atomic<Int>(0)

    init() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = ReplacementLists.probePort.bigEndian
        address.sin_addr.s_addr = UInt32(0xc000_0202).bigEndian
        let status = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { buffer in
                buffer.baseAddress.map { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) } ?? -1
            }
        }
        guard socket >= 0, status == 0 else {
            throw PrivateNetwork.Failure(description: "no socket for probes: \(String(cString: strerror(errno)))")
        }
    }

    /// Sends while `body` runs.
    /// - Returns: how many were sent.
    func during(_ body: () throws -> Void) throws -> Int {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self)
        guard
            pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<ProbeTraffic>.fromOpaque(argument).takeRetainedValue().send() }
                    return nil
                }, argument.toOpaque()) == 0
        else {
            argument.release()
            throw PrivateNetwork.Failure(description: "no thread for probes")
        }
        let result = Result { try body() }
        isOver.store(true, ordering: .relaxed)
        pthread_join(thread, nil)
        try result.get()
        return count.load(ordering: .relaxed)
    }

    private func send() {
        let payload = [UInt8](repeating: 0x50, count: 64)
        while !isOver.load(ordering: .relaxed) {
            if Glibc.send(socket, payload, payload.count, 0) == payload.count {
                count.wrappingAdd(1, ordering: .relaxed)
            }
        }
    }

    deinit { close(socket) }
}
