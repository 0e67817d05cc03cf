public import Packets

extension Rule {
    /// Each field that the rule names beside what the packet has there, in the order of `RuleField`.
    ///
    /// The packet is one the rule is about exactly when all of them match.
    public func comparison(_ fields: PacketFields, direction: Direction) -> [FieldComparison] {
        var all: [FieldComparison] = []
        func add<Choice, Value>(
            _ field: RuleField, _ choices: [Choice], _ value: Value?, seen: (Value) -> String = { "\($0)" },
            text: (Choice) -> String = { "\($0)" }, _ accepts: (Choice, Value) -> Bool
        ) {
            guard !choices.isEmpty else { return }
            all.append(
                FieldComparison(field, choices, value.map(seen), text: text) { choice in
                    value.map { accepts(choice, $0) } ?? false
                })
        }
        add(.source, sources, fields.source, text: \.shortText) { $0.contains($1) }
        add(.destination, destinations, fields.destination, text: \.shortText) { $0.contains($1) }
        add(.sourcePort, sourcePorts, fields.sourcePort, text: Self.text) { $0.contains($1) }
        add(.destinationPort, destinationPorts, fields.destinationPort, text: Self.text) { $0.contains($1) }
        add(.ipProtocol, protocols, fields.ipProtocol, seen: ProtocolNames.text, text: ProtocolNames.text) { $0 == $1 }
        if !vlans.isEmpty {
            // A rule can name packets without a tag, so none is a value here.
            let seen = fields.vlan.map { "\($0)" } ?? "none"
            all.append(FieldComparison(.vlan, vlans, seen, text: \.text) { $0.accepts(fields.vlan) })
        }
        add(.tcpFlags, tcpFlags.map { [$0] } ?? [], fields.tcpFlags, seen: TCPFlags.text, text: \.text) {
            $0.accepts(TCPFlags(rawValue: $1))
        }
        add(.direction, self.direction.map { [$0] } ?? [], direction) { $0 == $1 }
        return all
    }

    private static func text(_ ports: ClosedRange<UInt16>) -> String {
        ports.lowerBound == ports.upperBound ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
    }
}

extension CIDR {
    /// As people write it: a single address without its length.
    fileprivate var shortText: String { prefixLength == address.bitWidth ? "\(address)" : description }
}

extension VLANSelector {
    fileprivate var text: String {
        switch self {
        case .untagged: "none"
        case .identifiers(let range) where range.lowerBound == range.upperBound: "\(range.lowerBound)"
        case .identifiers(let range): "\(range.lowerBound)-\(range.upperBound)"
        }
    }
}

extension TCPFlagsSelector {
    fileprivate var text: String {
        [(set, "set "), (unset, "unset ")].filter { !$0.0.isEmpty }.map { $0.1 + TCPFlags.text($0.0.rawValue) }
            .joined(separator: ", ")
    }
}
