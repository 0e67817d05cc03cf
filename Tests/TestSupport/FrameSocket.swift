import Glibc

/// Sends and receives whole frames on one interface.
public final class FrameSocket: Sendable {
    private let descriptor: Int32

    /// A socket on the interface of this name in the calling thread's network namespace.
    public init(_ interface: String) throws {
        let all: UInt16 = 0x0003
        descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var name = [UInt8](repeating: 0, count: 20)
        name.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt16(AF_PACKET), toByteOffset: 0, as: UInt16.self)
            $0.storeBytes(of: all.bigEndian, toByteOffset: 2, as: UInt16.self)
            $0.storeBytes(of: if_nametoindex(interface), toByteOffset: 4, as: UInt32.self)
        }
        let result = name.withUnsafeBytes {
            bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), 20)
        }
        guard result == 0 else { throw Tool.Failure(description: "packet socket on \(interface): errno \(errno)") }
        var size: Int32 = 1 << 24
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, 4)
    }

    deinit {
        close(descriptor)
    }

    public func send(_ frame: [UInt8]) throws {
        guard Glibc.send(descriptor, frame, frame.count, 0) == frame.count else {
            throw Tool.Failure(description: "a frame of \(frame.count) bytes: errno \(errno)")
        }
    }

    /// The next frame; nil when none comes for five seconds.
    public func receive() -> [UInt8]? {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&event, 1, 5000) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let length = recv(descriptor, &buffer, buffer.count, 0)
        return length < 0 ? nil : Array(buffer[..<length])
    }
}
