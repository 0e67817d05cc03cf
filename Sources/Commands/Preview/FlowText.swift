internal import Mirroring
internal import Packets

/// A flow as people write it: `10.1.2.3:5555 -> 10.0.0.1:443 tcp`.
struct FlowText: CustomStringConvertible {
    let description: String

    init(_ flow: TopFlow) {
        guard let source = flow.source, let destination = flow.destination else {
            description = "not IP"
            return
        }
        let ends = "\(Self.end(source, flow.sourcePort)) -> \(Self.end(destination, flow.destinationPort))"
        description = "\(ends) \(Self.name(of: flow.ipProtocol ?? 0))"
    }

    private static func end(_ address: IPAddress, _ port: UInt16?) -> String {
        guard let port else { return "\(address)" }
        return address.bitWidth == 32 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }

    private static func name(of number: UInt8) -> String {
        switch number {
        case IPProtocol.icmp: "icmp"
        case IPProtocol.tcp: "tcp"
        case IPProtocol.udp: "udp"
        case IPProtocol.icmpv6: "icmp6"
        case IPProtocol.sctp: "sctp"
        default: "protocol \(number)"
        }
    }
}
