import Packets
import TestSupport

/// Packets of many flows, both ways, of which each tells its flow and its place in it.
struct Conversations {
    struct Packet: Hashable, Sendable {
        var frame: [UInt8]
        /// The flow's number.
        var flow: Int
    }

    /// What one end sends, the flows one after another in each round.
    private(set) var there: [Packet] = []
    /// What the other end answers.
    private(set) var back: [Packet] = []

    /// - Parameters:
    ///   - flows: how many; TCP, UDP and ICMP over IPv4 and IPv6, some of them tagged
    ///   - rounds: packets of each flow and way
    init(flows: Int, rounds: Int, seed: UInt64 = 1) {
        var random = SeededGenerator(seed: seed)
        let ends = (0..<flows).map { flow in
            // The flow's number is in the address, so no two are the same.
            (
                client: flow % 2 == 0
                    ? IPAddress.ipv4(0x0a10_0000 | UInt32(flow)) : .ipv6(0x2001_0db8 << 96 | UInt128(flow)),
                server: flow % 2 == 0 ? "10.2.0.9" as IPAddress : "2001:db8:9::9",
                port: UInt16.random(in: 1024...65535, using: &random)
            )
        }
        for round in 0..<rounds {
            for (flow, end) in ends.enumerated() {
                let payload = [UInt8(round)] + random.bytes(Int.random(in: 0...200, using: &random))
                there.append(
                    Packet(
                        frame: Self.frame(flow, from: end.client, end.port, to: end.server, 5201, payload), flow: flow))
                back.append(
                    Packet(
                        frame: Self.frame(flow, from: end.server, 5201, to: end.client, end.port, payload), flow: flow))
            }
        }
    }

    private static func frame(
        _ flow: Int, from source: IPAddress, _ sourcePort: UInt16, to destination: IPAddress, _ destinationPort: UInt16,
        _ payload: [UInt8]
    ) -> [UInt8] {
        var builder = FrameBuilder()
        if flow % 5 == 0 { builder = builder.vlan(7) }
        builder =
            flow % 2 == 0
            ? builder.ipv4(from: source, to: destination) : builder.ipv6(from: source, to: destination)
        return switch flow % 3 {
        case 0: builder.tcp(from: sourcePort, to: destinationPort, payload: payload).frame
        case 1: builder.udp(from: sourcePort, to: destinationPort, payload: payload).frame
        default: builder.icmp(type: flow % 2 == 0 ? 8 : 128, rest: [0, 1, 0, 2] + payload).frame
        }
    }
}
