public import Packets

extension Rule {
    /// Whether a packet with these fields, crossing in this direction, is one this rule is about.
    public func matches(_ fields: PacketFields, direction: Direction) -> Bool {
        Self.accepts(sources, fields.source) { $0.contains($1) }
            && Self.accepts(destinations, fields.destination) { $0.contains($1) }
            && Self.accepts(sourcePorts, fields.sourcePort) { $0.contains($1) }
            && Self.accepts(destinationPorts, fields.destinationPort) { $0.contains($1) }
            && Self.accepts(protocols, fields.ipProtocol) { $0 == $1 }
            && (vlans.isEmpty || vlans.contains { $0.accepts(fields.vlan) })
            && acceptsFlags(fields.tcpFlags)
            && (self.direction == nil || self.direction == direction)
    }

    private func acceptsFlags(_ flags: UInt8?) -> Bool {
        guard let tcpFlags else { return true }
        guard let flags else { return false }
        return tcpFlags.accepts(TCPFlags(rawValue: flags))
    }

    private static func accepts<Choice, Value>(
        _ choices: [Choice], _ value: Value?, _ contains: (Choice, Value) -> Bool
    ) -> Bool {
        guard !choices.isEmpty else { return true }
        guard let value else { return false }
        return choices.contains { contains($0, value) }
    }
}
