/// A field of a packet that a rule can name; the raw values are the keys of rule files.
public enum RuleField: String, Hashable, Sendable, CaseIterable {
    case source
    case destination
    case sourcePort = "source-port"
    case destinationPort = "destination-port"
    case ipProtocol = "protocol"
    case vlan
    case tcpFlags = "tcp-flags"
    case direction
}
