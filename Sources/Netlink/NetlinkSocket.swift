internal import CLinux
import Glibc

/// A socket of the family AF_NETLINK, protocol NETLINK_ROUTE.
struct NetlinkSocket: ~Copyable, Sendable {
    private let owned: Descriptor
    var descriptor: Int32 { owned.rawValue }
    private var sequence: UInt32 = 0

    /// - Parameters:
    ///   - groups: RTNLGRP_* to hear of.
    ///   - nonBlocking: reading without anything there gives nothing instead of waiting.
    init(groups: [UInt32] = [], nonBlocking: Bool = false) throws(NetlinkError) {
        owned = try Self.open(groups, nonBlocking)
    }

    private static func open(_ groups: [UInt32], _ nonBlocking: Bool) throws(NetlinkError) -> Descriptor {
        var type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        if nonBlocking { type |= Int32(SOCK_NONBLOCK.rawValue) }
        let fd = socket(AF_NETLINK, type, NETLINK_ROUTE)
        guard fd >= 0 else { throw .system(errno, "cannot open a netlink socket") }
        let descriptor = Descriptor(taking: fd)
        // Old kernels lack some of these; all that is lost there are the better messages.
        for option in [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK] {
            var on: Int32 = 1
            setsockopt(fd, SOL_NETLINK, option, &on, 4)
        }
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fd, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
            }
        }
        guard bound == 0 else { throw .system(errno, "cannot bind a netlink socket") }
        for group in groups {
            var group = group
            guard setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, 4) == 0 else {
                throw .system(errno, "cannot listen to changes of the network configuration (group \(group))")
            }
        }
        return descriptor
    }

    /// Sends a request and collects what comes back up to the acknowledgement.
    ///
    /// - Parameter request: with or without NLM_F_DUMP.
    /// - Throws: ``NetlinkError`` from the kernel's answer: the reason alone, without what it was for.
    mutating func perform(_ request: Request) throws(NetlinkError) -> [Message] {
        // A dump that the kernel marks as interrupted by a change can lack entries: it is asked for again.
        for _ in 0..<8 {
            if let messages = try attempt(request) { return messages }
        }
        throw NetlinkError(.busy, "it changes faster than the kernel can list it")
    }

    private mutating func attempt(_ request: Request) throws(NetlinkError) -> [Message]? {
        sequence &+= 1
        let bytes = request.finished(sequence: sequence)
        guard send(descriptor, bytes, bytes.count, 0) == bytes.count else { throw .system(errno) }
        var messages: [Message] = []
        var interrupted = false
        while true {
            for message in try receive() ?? [] where message.sequence == sequence {
                if message.flags & UInt16(NLM_F_DUMP_INTR) != 0 { interrupted = true }
                switch message.type {
                case UInt16(NLMSG_ERROR), UInt16(NLMSG_DONE):
                    let (number, text) = try message.acknowledgement()
                    guard number == 0 else { throw .system(number, kernel: text) }
                    return interrupted ? nil : messages
                case UInt16(NLMSG_NOOP): break
                default: messages.append(message)
                }
            }
        }
    }

    /// The messages of the next datagram; nil when there is none now, on a socket that does not block.
    func receive() throws(NetlinkError) -> [Message]? {
        var failure: Int32 = 0
        // The kernel makes its datagrams no longer than this, unless one message alone is.
        var capacity = 1 << 16
        while true {
            var sender = sockaddr_nl()
            let datagram = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
                let received = withUnsafeMutablePointer(to: &sender) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        // MSG_TRUNC: the true length. Peeking first keeps a message that is longer.
                        let needed = recvfrom(
                            descriptor, nil, 0, Int32(MSG_PEEK) | Int32(MSG_TRUNC), nil, nil)
                        guard needed >= 0, needed <= capacity else {
                            capacity = max(capacity, needed)
                            return needed
                        }
                        return recvfrom(descriptor, buffer.baseAddress, capacity, 0, $0, &length)
                    }
                }
                failure = received < 0 ? errno : 0
                count = received < 0 || received > buffer.count ? 0 : received
                if received > buffer.count { failure = EMSGSIZE }
            }
            switch failure {
            case 0: break
            case EMSGSIZE, EINTR: continue
            case EAGAIN: return nil
            default: throw .system(failure)
            }
            // Anybody may send to a netlink socket; the kernel's port is 0.
            guard sender.nl_pid == 0 else { continue }
            return try Message.parse(datagram.span.bytes)
        }
    }
}
