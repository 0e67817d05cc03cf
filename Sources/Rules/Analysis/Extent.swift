import Packets

/// The packets a rule accepts, field by field: which values, and whether packets without the field.
struct Extent {
    struct Addresses {
        var absent: Bool
        var ipv4: IntervalSet
        var ipv6: IntervalSet

        var isEmpty: Bool { !absent && ipv4.isEmpty && ipv6.isEmpty }

        func isSuperset(of other: Addresses) -> Bool {
            (absent || !other.absent) && ipv4.isSuperset(of: other.ipv4) && ipv6.isSuperset(of: other.ipv6)
        }
    }

    struct Values {
        var absent: Bool
        var present: IntervalSet

        var isEmpty: Bool { !absent && present.isEmpty }

        func isSuperset(of other: Values) -> Bool {
            (absent || !other.absent) && present.isSuperset(of: other.present)
        }
    }

    var source: Addresses
    var destination: Addresses
    var sourcePort: Values
    var destinationPort: Values
    var `protocol`: Values
    var vlan: Values
    /// `nil`: not named, packets without flags too.
    var tcpFlags: TCPFlagsSelector?
    var direction: Direction?

    /// What the rule says, read by itself.
    init(_ rule: Rule) {
        source = Self.addresses(rule.sources)
        destination = Self.addresses(rule.destinations)
        sourcePort = Self.values(rule.sourcePorts, upTo: 65535)
        destinationPort = Self.values(rule.destinationPorts, upTo: 65535)
        `protocol` = Self.values(rule.protocols.map { UInt16($0)...UInt16($0) }, upTo: 255)
        vlan =
            rule.vlans.isEmpty
            ? Self.values([], upTo: 4095)
            : Values(absent: rule.vlans.contains(.untagged), present: IntervalSet(rule.vlans.identifiers))
        tcpFlags = rule.tcpFlags
        direction = rule.direction
    }

    /// Whether every packet of the other extent is one of this.
    func isSuperset(of other: Extent) -> Bool {
        guard direction == nil || direction == other.direction else { return false }
        if let tcpFlags {
            guard let others = other.tcpFlags, others.set.isSuperset(of: tcpFlags.set),
                others.unset.isSuperset(of: tcpFlags.unset)
            else { return false }
        }
        return sourcePort.isSuperset(of: other.sourcePort) && destinationPort.isSuperset(of: other.destinationPort)
            && `protocol`.isSuperset(of: other.protocol) && vlan.isSuperset(of: other.vlan)
            && source.isSuperset(of: other.source) && destination.isSuperset(of: other.destination)
    }

    private static func addresses(_ networks: [CIDR]) -> Addresses {
        guard !networks.isEmpty else {
            return Addresses(
                absent: true, ipv4: IntervalSet([0...UInt128(UInt32.max)]), ipv6: IntervalSet([0...UInt128.max]))
        }
        var ipv4: [ClosedRange<UInt128>] = []
        var ipv6: [ClosedRange<UInt128>] = []
        for network in networks {
            switch network.address {
            case .ipv4(let first):
                ipv4.append(UInt128(first)...UInt128(first | ~(UInt32.max << (32 - network.prefixLength))))
            case .ipv6(let first):
                ipv6.append(first...(first | ~(UInt128.max << (128 - network.prefixLength))))
            }
        }
        return Addresses(absent: false, ipv4: IntervalSet(ipv4), ipv6: IntervalSet(ipv6))
    }

    private static func values(_ ranges: [ClosedRange<UInt16>], upTo maximum: UInt16) -> Values {
        ranges.isEmpty
            ? Values(absent: true, present: IntervalSet([0...maximum]))
            : Values(absent: false, present: IntervalSet(ranges))
    }
}
