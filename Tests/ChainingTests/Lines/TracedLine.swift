import BPF
import Chaining
import Foundation
import Glibc
import Synchronization
import TestSupport

/// A virtual cable with a chain on one end, and numbered packets through it without pause.
///
/// Packets that were sent and have not arrived are at most ``window``: none is lost for want of room, and when one is,
/// it was the chain's doing.
final class TracedLine: Sendable {
    static let window = 48
    let site: ChainSite
    let base: String
    let traces: Map
    private let peer: NetworkNamespace
    private let sender: Int32
    private let receiver: Int32
    private let sent = Atomic<Int>(0)
    private let received = Atomic<Int>(0)
    private let isRunning = Atomic<Bool>(false)
    private let isSending = Atomic<Bool>(false)
    private let ended = Atomic<Int>(0)

    /// Builds the line in the calling thread's namespace, which is the test's own.
    init(_ hook: ChainHook) throws {
        site = ChainSite(interface: "near.1", hook: hook)
        base = "/sys/fs/bpf/chaining-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        traces = try TracedMember.traces()
        peer = try NetworkNamespace()
        try Namespace.shell("ip link set lo up")
        try Namespace.shell("ip link add near.1 type veth peer name far netns \(peer.path)")
        try Namespace.shell("ip address add 10.7.0.1/24 dev near.1; ip link set near.1 up")
        try peer.ip("address add 10.7.0.2/24 dev far")
        try peer.ip("link set far up")
        try Namespace.shell("ping -c 1 -W 2 10.7.0.2")
        // What comes in at the near end is sent by the far one.
        if hook == .egress {
            sender = try Self.socket(to: "10.7.0.2")
            receiver = try peer.perform { try Self.socket(on: "10.7.0.2") }
        } else {
            sender = try peer.perform { try Self.socket(to: "10.7.0.1") }
            receiver = try Self.socket(on: "10.7.0.1")
        }
    }

    deinit {
        close(sender)
        close(receiver)
        _ = try? Namespace.shell("rm -rf \(base)")
    }

    /// Packets that were sent, and that arrived.
    var counts: (sent: Int, received: Int) {
        (sent.load(ordering: .sequentiallyConsistent), received.load(ordering: .sequentiallyConsistent))
    }

    /// Sends while `body` runs, and waits until all have arrived that will.
    @discardableResult
    func withTraffic<R>(_ body: () throws -> R) throws -> R {
        isRunning.store(true, ordering: .sequentiallyConsistent)
        isSending.store(true, ordering: .sequentiallyConsistent)
        ended.store(0, ordering: .sequentiallyConsistent)
        Thread { [self] in send() }.start()
        Thread { [self] in receive() }.start()
        defer {
            isRunning.store(false, ordering: .sequentiallyConsistent)
            while ended.load(ordering: .sequentiallyConsistent) < 2 { usleep(1000) }
        }
        return try body()
    }

    private func send() {
        var number = UInt32(counts.sent)
        var stalled = 0
        while isRunning.load(ordering: .sequentiallyConsistent) {
            let waiting = counts.sent - counts.received
            // After losses the window would stay shut: then a packet now and then.
            guard waiting < Self.window || stalled > 5000 else {
                stalled += 1
                usleep(100)
                continue
            }
            stalled = 0
            if send(sender: sender, number) {
                number += 1
                sent.store(Int(number), ordering: .sequentiallyConsistent)
            }
            if number % 8 == 0 { usleep(50) }
        }
        isSending.store(false, ordering: .sequentiallyConsistent)
        ended.add(1, ordering: .sequentiallyConsistent)
    }

    private func send(sender: Int32, _ number: UInt32) -> Bool {
        withUnsafeBytes(of: number) { Glibc.send(sender, $0.baseAddress, 4, 0) == 4 }
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 64)
        var quiet = 0
        // The last ones may take long; those that are lost are waited for two seconds.
        while isSending.load(ordering: .sequentiallyConsistent) || (quiet < 100 && counts.received < counts.sent) {
            var event = pollfd(fd: receiver, events: Int16(POLLIN), revents: 0)
            guard poll(&event, 1, 20) == 1 else {
                quiet += 1
                continue
            }
            quiet = 0
            while recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT)) == 4 {
                received.add(1, ordering: .sequentiallyConsistent)
            }
        }
        ended.add(1, ordering: .sequentiallyConsistent)
    }

    /// Who ran on each packet that was sent.
    func traced() throws -> [[UInt8]] {
        let bytes = try traces.allBytes()
        return (0..<counts.sent).map { number in
            let count = Int(bytes[number * 16])
            return Array(bytes[number * 16 + 1..<number * 16 + 1 + min(15, count)])
        }
    }

    private static func socket(on address: String) throws -> Int32 {
        let fd = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var name = name(address)
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Tool.Failure(description: "bind \(address): errno \(errno)") }
        var size: Int32 = 1 << 24
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, 4)
        return fd
    }

    private static func socket(to address: String) throws -> Int32 {
        let fd = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var name = name(address)
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Tool.Failure(description: "connect \(address): errno \(errno)") }
        return fd
    }

    private static func name(_ address: String) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(7777).bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        return name
    }
}
