import KernelABI
import Packets

/// A rule list turned on its side: for each field the rules that name it, by their slots, and what they name.
struct NamedFields {
    /// A prefix that a rule names.
    struct NamedPrefix {
        let prefix: Prefix
        let rule: UInt32
    }

    /// Values of a small field that a rule names, none of them twice.
    struct NamedRange {
        let values: ClosedRange<UInt16>
        let rule: UInt32
    }

    /// What rules name of one address field, by family.
    struct Networks {
        var ipv4: [NamedPrefix] = []
        var ipv6: [NamedPrefix] = []

        fileprivate mutating func add(_ network: CIDR, rule: UInt32) {
            let named = NamedPrefix(prefix: Prefix(network), rule: rule)
            switch network.address {
            case .ipv4: ipv4.append(named)
            case .ipv6: ipv6.append(named)
            }
        }
    }

    var sources = Networks()
    var destinations = Networks()
    var sourcePorts: [NamedRange] = []
    var destinationPorts: [NamedRange] = []
    var protocols: [NamedRange] = []
    var vlans: [NamedRange] = []
    /// Rules that accept packets without a tag because they say so.
    var untagged: [UInt32] = []
    var tcpFlags: [TCPFlagsSelector: [UInt32]] = [:]
    /// Rules of one direction, by `Direction.rawValue`.
    var directions: [[UInt32]] = [[], []]
    /// For each field a bitmap of the rules that do not name it, 64 slots a word.
    private(set) var silent: [[UInt64]]
    /// Bit f is set when some rule names field f.
    private(set) var named: UInt32 = 0

    /// - Parameter positions: of the rules that the slots have (``RuleSlots/positions``).
    init(_ rules: [Rule], _ positions: [UInt32]) {
        var all = Array(repeating: UInt64(0), count: (positions.count + 63) / 64)
        for (slot, position) in positions.enumerated() where position != RuleSlots.free {
            all[slot / 64] |= 1 << UInt64(slot % 64)
        }
        silent = Array(repeating: all, count: Int(FIELD_COUNT.rawValue))
        for (slot, position) in positions.enumerated() where position != RuleSlots.free {
            add(rules[Int(position)], UInt32(slot))
        }
    }

    private mutating func add(_ rule: Rule, _ number: UInt32) {
        if !rule.sources.isEmpty {
            name(FIELD_SOURCE_ADDRESS, number)
            for network in rule.sources { sources.add(network, rule: number) }
        }
        if !rule.destinations.isEmpty {
            name(FIELD_DESTINATION_ADDRESS, number)
            for network in rule.destinations { destinations.add(network, rule: number) }
        }
        if !rule.sourcePorts.isEmpty {
            name(FIELD_SOURCE_PORT, number)
            Self.add(rule.sourcePorts, number, to: &sourcePorts)
        }
        if !rule.destinationPorts.isEmpty {
            name(FIELD_DESTINATION_PORT, number)
            Self.add(rule.destinationPorts, number, to: &destinationPorts)
        }
        if !rule.protocols.isEmpty {
            name(FIELD_PROTOCOL, number)
            Self.add(rule.protocols.map { UInt16($0)...UInt16($0) }, number, to: &protocols)
        }
        if !rule.vlans.isEmpty {
            name(FIELD_VLAN, number)
            add(rule.vlans, number)
        }
        if let flags = rule.tcpFlags {
            name(FIELD_TCP_FLAGS, number)
            tcpFlags[flags, default: []].append(number)
        }
        if let direction = rule.direction {
            name(FIELD_DIRECTION, number)
            directions[Int(direction.rawValue)].append(number)
        }
    }

    private mutating func add(_ vlans: [VLANSelector], _ number: UInt32) {
        if vlans.contains(.untagged) { untagged.append(number) }
        Self.add(vlans.identifiers, number, to: &self.vlans)
    }

    private mutating func name(_ field: field, _ rule: UInt32) {
        named |= 1 << field.rawValue
        silent[Int(field.rawValue)][Int(rule / 64)] &= ~(1 << UInt64(rule % 64))
    }

    private static func add(_ ranges: [ClosedRange<UInt16>], _ rule: UInt32, to list: inout [NamedRange]) {
        for values in ranges.merged() { list.append(NamedRange(values: values, rule: rule)) }
    }
}
