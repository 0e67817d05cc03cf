import Glibc

/// Sends frames whose transport checksum is left to the network card, as the kernel's own TCP does (packet(7),
/// PACKET_VNET_HDR).
public final class OffloadSocket: Sendable {
    private let descriptor: Int32

    /// A socket on an interface of the calling thread's network namespace; its packets carry `mark`.
    public init(_ interface: String, mark: UInt32) throws {
        descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // SOL_PACKET, PACKET_VNET_HDR (linux/if_packet.h).
        try Self.set(descriptor, level: 263, option: 15, to: 1)
        try Self.set(descriptor, level: SOL_SOCKET, option: SO_MARK, to: mark)
        var name = [UInt8](repeating: 0, count: 20)
        name.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt16(AF_PACKET), toByteOffset: 0, as: UInt16.self)
            $0.storeBytes(of: if_nametoindex(interface), toByteOffset: 4, as: UInt32.self)
        }
        let result = name.withUnsafeBytes {
            bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), 20)
        }
        guard result == 0 else { throw Tool.Failure(description: "packet socket on \(interface): errno \(errno)") }
    }

    deinit {
        close(descriptor)
    }

    private static func set(_ descriptor: Int32, level: Int32, option: Int32, to value: UInt32) throws {
        var value = value
        guard setsockopt(descriptor, level, option, &value, 4) == 0 else {
            throw Tool.Failure(description: "socket option \(option): errno \(errno)")
        }
    }

    /// Sends a frame whose checksum, at `offset` from `start`, is still to be computed from `start` on.
    public func send(_ frame: [UInt8], checksumFrom start: Int, at offset: Int) throws {
        // struct virtio_net_hdr: VIRTIO_NET_HDR_F_NEEDS_CSUM, no segmentation, lengths, start and offset.
        var bytes = [UInt8](repeating: 0, count: 10)
        bytes[0] = 1
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt16(start), toByteOffset: 6, as: UInt16.self)
            $0.storeBytes(of: UInt16(offset), toByteOffset: 8, as: UInt16.self)
        }
        bytes += frame
        guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw Tool.Failure(description: "a frame of \(frame.count) bytes: errno \(errno)")
        }
    }
}
