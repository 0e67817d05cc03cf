public import Packets
public import Rules

/// Random rules, and random packets that hit the places where rules begin and end to match.
public struct RuleGenerator: Sendable {
    /// How much rules have in common.
    public enum Kind: CaseIterable, Sendable {
        /// Few values, so that rules overlap, nest and repeat.
        case crowded
        /// Values from the whole space.
        case wide
        /// Every rule names addresses, ports and protocol exactly.
        case exact
        /// Prefixes of prefixes.
        case nested
    }

    public var random: SeededGenerator
    private let kind: Kind

    /// The rules and packets of this seed.
    public init(seed: UInt64, kind: Kind) {
        random = SeededGenerator(seed: seed)
        self.kind = kind
    }

    /// A list of rules, each with its own name.
    public mutating func rules(_ count: Int) -> [Rule] {
        (0..<count).map { number in
            var rule = Rule(name: "rule \(number)", action: random.once(in: 4) ? .skip : .mirror)
            fill(&rule)
            return rule
        }
    }

    private mutating func fill(_ rule: inout Rule) {
        let exact = kind == .exact
        if exact || random.once(in: 2) { rule.sources = list { $0.network() } }
        if exact || random.once(in: 2) { rule.destinations = list { $0.network() } }
        if exact || random.once(in: 3) { rule.sourcePorts = list { $0.ports() } }
        if exact || random.once(in: 2) { rule.destinationPorts = list { $0.ports() } }
        if exact || random.once(in: 3) { rule.protocols = list { $0.ipProtocol() } }
        guard !exact else { return }
        if random.once(in: 4) { rule.vlans = list { $0.vlans() } }
        if random.once(in: 6) {
            let set = Packets.TCPFlags(rawValue: random.pick([0, 2, 0x12, 4, 1]))
            let unset = Packets.TCPFlags(rawValue: random.pick([0, 0x10, 8, 0xc0]))
            rule.tcpFlags = TCPFlagsSelector(set: set, unset: unset)
        }
        if random.once(in: 3) { rule.direction = random.once(in: 2) ? .ingress : .egress }
    }

    private mutating func list<Element>(_ make: (inout RuleGenerator) -> Element) -> [Element] {
        let count = kind == .exact || !random.once(in: 4) ? 1 : Int.random(in: 2...5, using: &random)
        return (0..<count).map { _ in make(&self) }
    }

    private mutating func address() -> IPAddress {
        if random.once(in: 3) {
            let value = UInt128.random(in: .min ... .max, using: &random)
            switch kind {
            case .crowded: return .ipv6(0x2001_0db8 << 96 | value & 0x3 << 62 | value & 0x101)
            case .nested: return .ipv6(0x2001_0db8 << 96 | value & 0xf000f_000f_0000_0000_00ff)
            case .wide, .exact: return .ipv6(value)
            }
        }
        let value = UInt32.random(in: .min ... .max, using: &random)
        switch kind {
        case .crowded: return .ipv4(0x0a00_0000 | value & 0x0003_0103)
        case .nested: return .ipv4(0x0a00_0000 | value & 0x000f_0fff)
        case .wide, .exact: return .ipv4(value)
        }
    }

    private mutating func network() -> CIDR {
        let address = address()
        let bits = address.bitWidth
        let length: Int
        switch kind {
        case .exact: length = bits
        case .nested: length = Int.random(in: bits / 4...bits, using: &random)
        case .wide: length = random.once(in: 3) ? bits : Int.random(in: 0...bits, using: &random)
        case .crowded: length = random.pick([0, 1, 7, 8, 9, 15, 16, 17, 24, 30, 31, bits - 1, bits])
        }
        return Self.prefix(address, length)
    }

    /// The network of this length that the address is in.
    public static func prefix(_ address: IPAddress, _ length: Int) -> CIDR {
        let first: IPAddress =
            switch address {
            case .ipv4(let value): .ipv4(value & UInt32.max << UInt32(32 - length))
            case .ipv6(let value): .ipv6(value & UInt128.max << UInt128(128 - length))
            }
        do {
            return try CIDR(first, prefixLength: length)
        } catch {
            preconditionFailure("\(first)/\(length): \(error)")
        }
    }

    private mutating func ports() -> ClosedRange<UInt16> {
        let low: UInt16 =
            kind == .crowded
            ? random.pick([0, 1, 79, 80, 443, 1000, 65534, 65535]) : UInt16.random(in: 0...UInt16.max, using: &random)
        guard kind != .exact, random.once(in: 2) else { return low...low }
        return low...(random.once(in: 5) ? UInt16.max : UInt16.random(in: low...UInt16.max, using: &random))
    }

    private mutating func ipProtocol() -> UInt8 {
        random.once(in: 8) ? UInt8.random(in: 0...255, using: &random) : random.pick([6, 6, 17, 1, 58])
    }

    private mutating func vlans() -> VLANSelector {
        if random.once(in: 3) { return .untagged }
        let low = UInt16(random.pick([0, 1, 10, 100, 4000, 4094]))
        return .identifiers(low...(random.once(in: 2) ? low : min(4095, low + random.pick([1, 5, 90, 3000]))))
    }
}

extension RuleGenerator {
    /// A packet near what some of the rules name.
    public mutating func packet(near rules: [Rule]) -> (fields: PacketFields, direction: Direction) {
        var fields = PacketFields()
        let direction: Direction = random.once(in: 2) ? .ingress : .egress
        if random.once(in: 3) {
            fields.vlan = UInt16(random.pick([0, 1, 9, 10, 11, 100, 101, 189, 190, 191, 4000, 4094, 4095]))
        }
        guard !random.once(in: 20), !rules.isEmpty else { return (fields, direction) }
        // Most packets take all their values from one rule, so that rules with many fields match at all.
        let one = random.pick(rules)
        let mixed = random.once(in: 3)
        let inside = !mixed && random.once(in: 2)
        fields.source = near(mixed ? random.pick(rules).sources : one.sources, inside)
        fields.destination = near(mixed ? random.pick(rules).destinations : one.destinations, inside)
        fields.ipProtocol =
            one.protocols.isEmpty || !inside && random.once(in: 5) ? ipProtocol() : random.pick(one.protocols)
        guard inside || !random.once(in: 6) else { return (fields, direction) }
        fields.sourcePort = near(mixed ? random.pick(rules).sourcePorts : one.sourcePorts, inside)
        fields.destinationPort = near(mixed ? random.pick(rules).destinationPorts : one.destinationPorts, inside)
        if fields.ipProtocol == 6 {
            fields.tcpFlags =
                random.once(in: 3) ? UInt8.random(in: 0...255, using: &random) : random.pick([2, 0x12, 4])
        }
        return (fields, direction)
    }

    private mutating func near(_ networks: [CIDR], _ inside: Bool) -> IPAddress {
        guard !networks.isEmpty, inside || !random.once(in: 8) else { return address() }
        let network = random.pick(networks)
        switch network.address {
        case .ipv4(let first):
            let last = first | ~(UInt32.max << UInt32(32 - network.prefixLength))
            let within = UInt32.random(in: first...last, using: &random)
            return .ipv4(random.pick(inside ? [first, last, within] : [first &- 1, last &+ 1, within]))
        case .ipv6(let first):
            let last = first | ~(UInt128.max << UInt128(128 - network.prefixLength))
            let within = UInt128.random(in: first...last, using: &random)
            return .ipv6(random.pick(inside ? [first, last, within] : [first &- 1, last &+ 1, within]))
        }
    }

    private mutating func near(_ ports: [ClosedRange<UInt16>], _ inside: Bool) -> UInt16 {
        guard !ports.isEmpty, inside || !random.once(in: 8) else {
            return UInt16.random(in: 0...UInt16.max, using: &random)
        }
        let range = random.pick(ports)
        let (low, high) = (range.lowerBound, range.upperBound)
        let within = UInt16.random(in: range, using: &random)
        return random.pick(inside ? [low, high, within] : [low, high, low &- 1, high &+ 1, within])
    }
}
