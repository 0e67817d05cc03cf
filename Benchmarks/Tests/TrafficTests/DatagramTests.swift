import Glibc
import Lab
import Packets
import Testing

@testable import Traffic

/// Two hosts on a link, 10.0.0.1 and 10.0.0.2, while the work lasts.
func withPair<Value: Sendable>(_ work: @escaping @Sendable (Network) async throws -> Value) async throws -> Value {
    var topology = Topology(hosts: ["near", "far"])
    topology.link("near", ["10.0.0.1/24"], "far", ["10.0.0.2/24"], mtu: 9000)
    return try await Network.with(topology, endingOn: [], work)
}

/// A UDP socket of the calling thread's namespace that keeps what comes.
private func receiver(_ address: SocketAddress) throws -> Socket.Shared {
    let socket = try Socket(SOCK_DGRAM)
    try socket.set(SOL_SOCKET, SO_RCVBUF, 8 << 20)
    try socket.bind(address)
    return Socket.Shared(socket)
}

/// What waits in a socket.
private func drain(_ socket: Socket.Shared) -> [[UInt8]] {
    var datagrams: [[UInt8]] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = recv(socket.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count >= 0 else { return datagrams }
        datagrams.append(Array(buffer[..<count]))
    }
}

@Suite("Datagrams", .serialized)
struct DatagramTests {
    @Test("a load is VXLAN datagrams, each with a whole frame of the size asked for", arguments: [64, 512, 1400])
    func load(frame: Int) async throws {
        try await withPair { network in
            let address = SocketAddress("10.0.0.2", 4789)
            let socket = try await network.namespace("far").perform { try receiver(address) }
            let sent = try await network.namespace("near").perform {
                try TunnelLoad(to: address, frame: frame).send(rate: 5000, for: 50_000_000) {}
            }
            let datagrams = drain(socket)
            #expect(sent > 0 && datagrams.count == sent)
            for datagram in datagrams {
                guard
                    case .packet(let vni, .ethernet, let offset, _) = Decapsulation(
                        .vxlan, payload: datagram.span.bytes)
                else {
                    Issue.record("no Ethernet frame in VXLAN: \(datagram.prefix(60))")
                    continue
                }
                #expect(vni == 1 && datagram.count - offset == frame)
                // The lengths of IPv4 and UDP are those of what follows them.
                let packet = Array(datagram[(offset + 14)...])
                #expect(Int(packet[2]) << 8 | Int(packet[3]) == packet.count)
                #expect(Int(packet[24]) << 8 | Int(packet[25]) == packet.count - 20)
            }
        }
    }

    @Test("a load keeps to its rate")
    func rate() async throws {
        try await withPair { network in
            let sent = try await network.namespace("near").perform {
                try TunnelLoad(to: SocketAddress("10.0.0.2", 4789), frame: 64).send(rate: 20_000, for: 500_000_000) {}
            }
            // One write may be on top.
            #expect(sent <= 10_000 + 32 && sent > 0)
        }
    }

    @Test("a burst is frames of the size asked for, in whole batches")
    func burst() async throws {
        try await withPair { network in
            let address = SocketAddress("10.0.0.2", 9)
            let socket = try await network.namespace("far").perform { try receiver(address) }
            let cost = try await network.namespace("near").perform {
                try DatagramBurst(to: address).send(100, frame: 512)
            }
            let datagrams = drain(socket)
            #expect(cost > 0 && datagrams.count == 128)
            #expect(datagrams.allSatisfy { $0.count == 512 - 42 })
        }
    }

    @Test("the copier sends every frame of an interface, whole, in VXLAN")
    func copier() async throws {
        try await withPair { network in
            let (production, target) = (SocketAddress("10.0.0.2", 9), SocketAddress("10.0.0.2", 4789))
            let copies = try await network.namespace("far").perform { try receiver(target) }
            let copier = try await network.namespace("near").perform { try PacketCopier(of: "lo", to: target) }
            let running = Task.detached { try await network.namespace("near").perform { copier.run() } }
            try await network.namespace("near").perform {
                _ = try DatagramBurst(to: SocketAddress("127.0.0.1", production.port)).send(64, frame: 200)
            }
            // Loopback shows each packet twice: as sent and as received. Besides, ICMP may tell that nobody listens.
            for _ in 0..<500 where copier.copied < 128 { usleep(10_000) }
            copier.stop()
            try await running.value
            let udp = drain(copies).filter { $0.count == 8 + 200 && $0[8 + 23] == 17 }
            #expect(udp.count == 128)
            #expect(udp.allSatisfy { $0.prefix(8) == [8, 0, 0, 0, 0, 0, 1, 0] })
        }
    }
}
