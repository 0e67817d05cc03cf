import Packets
import Rules

/// Packets at the edges of what a rule names: the first and the last of each field's values, and those just outside.
struct RulePackets {
    private let rule: Rule

    init(_ rule: Rule) { self.rule = rule }

    var all: [PacketFields] {
        [lowest, highest].flatMap { inside -> [PacketFields] in
            var packets = [inside]
            packets += change(inside) { $0.source = $0.source.flatMap(Self.next) }
            packets += change(inside) { $0.destination = $0.destination.flatMap(Self.next) }
            packets += change(inside) { $0.sourcePort = $0.sourcePort.map { $0 &+ 1 } }
            packets += change(inside) { $0.destinationPort = $0.destinationPort.map { $0 &- 1 } }
            packets += change(inside) { $0.ipProtocol = $0.ipProtocol.map { $0 ^ 1 } }
            packets += change(inside) { $0.vlan = $0.vlan.map { ($0 &+ 1) & 0xfff } ?? 1 }
            packets += change(inside) { $0.tcpFlags = $0.tcpFlags.map { ~$0 } }
            packets += change(inside) { ($0.sourcePort, $0.destinationPort) = (nil, nil) }
            return packets
        }
    }

    private func change(_ fields: PacketFields, _ body: (inout PacketFields) -> Void) -> [PacketFields] {
        var fields = fields
        body(&fields)
        return [fields]
    }

    private var lowest: PacketFields {
        var fields = PacketFields()
        fields.source = rule.sources.first?.address ?? .ipv4(0)
        fields.destination = rule.destinations.first?.address ?? .ipv4(0)
        fields.sourcePort = rule.sourcePorts.first?.lowerBound ?? 0
        fields.destinationPort = rule.destinationPorts.first?.lowerBound ?? 0
        fields.ipProtocol = rule.protocols.first ?? 6
        fields.vlan = rule.vlans.first.flatMap(Self.range)?.lowerBound
        fields.tcpFlags = rule.tcpFlags?.set.rawValue ?? 0
        return fields
    }

    private var highest: PacketFields {
        var fields = PacketFields()
        fields.source = rule.sources.last.map(Self.last) ?? .ipv6(.max)
        fields.destination = rule.destinations.last.map(Self.last) ?? .ipv6(.max)
        fields.sourcePort = rule.sourcePorts.last?.upperBound ?? .max
        fields.destinationPort = rule.destinationPorts.last?.upperBound ?? .max
        fields.ipProtocol = rule.protocols.last ?? .max
        fields.vlan = rule.vlans.last.flatMap(Self.range)?.upperBound
        fields.tcpFlags = (rule.tcpFlags?.unset.rawValue).map { ~$0 } ?? .max
        return fields
    }

    private static func range(_ selector: VLANSelector) -> ClosedRange<UInt16>? {
        if case .identifiers(let range) = selector { range } else { nil }
    }

    private static func last(_ prefix: CIDR) -> IPAddress {
        switch prefix.address {
        case .ipv4(let first): .ipv4(first | ~(UInt32.max << (32 - prefix.prefixLength)))
        case .ipv6(let first): .ipv6(first | ~(UInt128.max << (128 - prefix.prefixLength)))
        }
    }

    private static func next(_ address: IPAddress) -> IPAddress {
        switch address {
        case .ipv4(let value): .ipv4(value &+ 1)
        case .ipv6(let value): .ipv6(value &+ 1)
        }
    }
}
