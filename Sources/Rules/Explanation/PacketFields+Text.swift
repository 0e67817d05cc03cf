public import Packets

extension PacketFields {
    /// Addresses, ports, protocol, VLAN, flags and whether it is a fragment, in the form that `WrittenFlow` reads;
    /// `not IP` when there are no addresses.
    public var text: String {
        var words: [String] = []
        if let source, let destination {
            words = ["\(Self.end(source, sourcePort)) -> \(Self.end(destination, destinationPort))"]
            if let ipProtocol { words.append(ProtocolNames.text(ipProtocol)) }
        } else {
            words = ["not IP"]
        }
        if let vlan { words.append("vlan \(vlan)") }
        if let tcpFlags { words.append("flags \(TCPFlags.text(tcpFlags))") }
        if isFragment { words.append("fragment") }
        return words.joined(separator: " ")
    }

    /// `IPv4` or `IPv6`; `nil` of other packets.
    public var family: String? {
        switch source {
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        case nil: nil
        }
    }

    private static func end(_ address: IPAddress, _ port: UInt16?) -> String {
        guard let port else { return "\(address)" }
        switch address {
        case .ipv4: return "\(address):\(port)"
        case .ipv6: return "[\(address)]:\(port)"
        }
    }
}

extension TCPFlags {
    /// The names of the flags that are set, lowest bit first, or `none`.
    static func text(_ flags: UInt8) -> String {
        let names = named.filter { TCPFlags(rawValue: flags).contains($0.flag) }.map(\.name)
        return names.isEmpty ? "none" : names.joined(separator: ",")
    }
}

extension ProtocolNames {
    /// The protocol's name in rule files, or its number.
    static func text(_ number: UInt8) -> String { name(number) ?? "\(number)" }
}
