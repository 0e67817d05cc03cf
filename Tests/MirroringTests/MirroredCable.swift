import Chaining
import Foundation
import Glibc
import Packets
import Synchronization
import TestSupport

@testable import Mirroring

/// A virtual cable with chains at its near end, numbered datagrams through it without pause, in both directions, and a
/// device that copies of them go to.
final class MirroredCable: Sendable {
    /// Where the chains are pinned.
    let base: String
    private let sent = Atomic<Int>(0)
    private let isSending = Atomic<Bool>(false)
    private let ended = Atomic<Bool>(false)
    private let copies: PacketSocket

    /// Builds it in the calling thread's namespace, which is the test's own.
    init() throws {
        base = "/sys/fs/bpf/mirroring-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        // Nothing moves on the devices that the test did not send.
        try Namespace.shell("sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1")
        try Namespace.shell("ip link add near type veth peer name far; ip link set near up; ip link set far up")
        try Namespace.shell("ip link add out type veth peer name drain; ip link set out up; ip link set drain up")
        copies = try PacketSocket(on: "drain", listening: true)
    }

    deinit { _ = try? Namespace.shell("rm -rf \(base)") }

    /// What a mirror of this cable is to do.
    func configuration(_ matcher: Matcher, _ selection: MirrorSelection = MirrorSelection()) throws
        -> MirrorConfiguration
    {
        MirrorConfiguration(
            interface: "near", matcher: matcher, selection: selection, targets: [try Target("device:out")],
            placement: .chains(label: "web"))
    }

    /// The chains of both directions.
    func chains() throws -> [Chain] {
        try [ChainHook.ingress, .egress].map { hook in
            try Chain.open(ChainSite(interface: "near", hook: hook), in: base)
        }
    }

    /// Puts members of a mirror in the chains, in the place of those before.
    static func put(_ members: [MirrorMember], in chains: [Chain], revision: String) throws {
        for (member, chain) in zip(members, chains) {
            var wanted = ChainMember(
                name: "web", revision: revision, source: .loaded(member.program, maps: member.maps),
                continuation: .verdicts([-1]))
            wanted.ownTailCalls = member.tailCalls
            try chain.apply(ChainPlan([wanted]))
        }
    }

    /// Sends while `body` runs. Returns how many datagrams were sent, half of them in each direction.
    func withTraffic(_ body: () throws -> Void) throws -> Int {
        sent.store(0, ordering: .sequentiallyConsistent)
        ended.store(false, ordering: .sequentiallyConsistent)
        isSending.store(true, ordering: .sequentiallyConsistent)
        let sender = Sender(near: try PacketSocket(on: "near"), far: try PacketSocket(on: "far"))
        Thread { [self] in
            while isSending.load(ordering: .sequentiallyConsistent) {
                let number = sent.add(1, ordering: .sequentiallyConsistent).oldValue
                sender.send(number)
                usleep(20)
            }
            ended.store(true, ordering: .sequentiallyConsistent)
        }.start()
        let result = Result { try body() }
        isSending.store(false, ordering: .sequentiallyConsistent)
        while !ended.load(ordering: .sequentiallyConsistent) { usleep(1000) }
        try result.get()
        return sent.load(ordering: .sequentiallyConsistent)
    }

    /// The numbers of the datagrams that copies came of, in order.
    func copied() throws -> [Int] {
        var buffer = [UInt8](repeating: 0, count: 70_000)
        var numbers: [Int] = []
        while let frame = try copies.receive(into: &buffer) {
            let bytes = frame.bytes
            guard bytes.count >= 46 else { continue }
            numbers.append(bytes[42..<46].reduce(0) { $0 << 8 | Int($1) })
        }
        guard copies.drops() == 0 else { throw Tool.Failure(description: "the test could not keep up with the copies") }
        return numbers.sorted()
    }

    private final class Sender: Sendable {
        private let near: PacketSocket
        private let far: PacketSocket

        init(near: consuming PacketSocket, far: consuming PacketSocket) {
            self.near = near
            self.far = far
        }

        func send(_ number: Int) {
            let frame = FrameBuilder().ipv4(from: "10.7.0.2", to: "10.7.0.1")
                .udp(from: 4000, to: 7000, payload: UInt32(number).bigEndianBytes).frame
            do throws(PacketSocket.Failure) {
                if number % 2 == 0 { try far.send([frame]) } else { try near.send([frame]) }
            } catch { fatalError("\(error)") }
        }
    }
}
