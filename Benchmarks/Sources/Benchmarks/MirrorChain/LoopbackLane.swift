import BPF
import CLinux
import Glibc
import Measuring
import Netlink

/// A network namespace with a loopback interface, programs attached to it, and a socket that sends frames out through
/// them. It is gone with this value.
final class LoopbackLane {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The loopback interface's number in every namespace.
    private static let interface: UInt32 = 1

    private let socket: BPF.FileDescriptor
    private let attachments: [Attachment]

    /// An attachment in an array.
    private final class Attachment {
        let attachment: ProgramAttachment
        init(_ attachment: consuming ProgramAttachment) { self.attachment = attachment }
    }

    /// - Parameter programs: attached at egress, in this order.
    init(_ programs: [Program]) throws {
        let home = try Self.descriptor(
            open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "open this thread's namespace")
        let status = linux_unshare(LINUX_CLONE_NEWNET)
        guard status == 0 else {
            throw Failure(description: "no network namespace: \(String(cString: strerror(-status)))")
        }
        defer {
            // A thread in the wrong namespace would do its other work there.
            guard linux_setns(home.rawValue, LINUX_CLONE_NEWNET) == 0 else { fatalError("setns: errno \(errno)") }
        }
        try Rtnetlink().setUp(Self.interface)
        attachments = try programs.map {
            Attachment(try ProgramAttachment.attach($0, to: Self.interface, at: .egress, position: .last))
        }
        socket = try Self.packetSocket()
    }

    private static func packetSocket() throws -> BPF.FileDescriptor {
        // Of protocol 0: it receives nothing.
        let descriptor = try descriptor(
            Glibc.socket(AF_PACKET, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 0), "make a packet socket")
        // struct sockaddr_ll: family, protocol, interface.
        var address = [UInt8](repeating: 0, count: 20)
        address.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt16(AF_PACKET), as: UInt16.self)
            $0.storeBytes(of: interface, toByteOffset: 4, as: UInt32.self)
        }
        let status = address.withUnsafeBytes { bytes in
            bytes.baseAddress.map {
                bind(descriptor.rawValue, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            } ?? -1
        }
        guard status == 0 else { throw failure("bind a packet socket") }
        return descriptor
    }

    private static func descriptor(_ number: Int32, _ what: String) throws -> BPF.FileDescriptor {
        guard number >= 0 else { throw failure(what) }
        return BPF.FileDescriptor(taking: number)
    }

    private static func failure(_ what: String) -> Failure {
        Failure(description: "cannot \(what): \(String(cString: strerror(errno)))")
    }

    /// Sends a frame so many times.
    ///
    /// - Returns: processor time in nanoseconds of one of them.
    func send(_ frame: [UInt8], times: Int) throws -> Double {
        let start = PinnedThread.processorTime
        for _ in 0..<times {
            guard Glibc.send(socket.rawValue, frame, frame.count, 0) == frame.count else {
                throw Self.failure("send a frame")
            }
        }
        return Double(PinnedThread.processorTime - start) / Double(times)
    }
}
