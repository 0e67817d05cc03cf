import KernelABI
import Packets

/// The work of `CompiledTable.init`: one sweep for each field over the values at which its class changes.
struct TableCompiler {
    private let fields: NamedFields
    private(set) var classes: ClassBuilder
    private(set) var tries = AddressTries()
    private(set) var fieldClasses: [UInt32]
    private(set) var settings = table_settings()

    init(_ rules: [Rule]) {
        fields = NamedFields(rules)
        classes = ClassBuilder(ruleCount: rules.count)
        fieldClasses = Array(repeating: 0, count: FieldClasses.count)
        settings.rule_count = UInt32(rules.count)
        settings.block_words = UInt32(classes.blockWords)
        // At least one class has to be asked even when no rule names anything.
        settings.accepted = rules.reduce(0) { $0 | Self.accepted(by: $1) }
        settings.fields = fields.named == 0 ? 1 << FIELD_DIRECTION.rawValue : fields.named

        let source = compile(fields.sources, FIELD_SOURCE_ADDRESS)
        let destination = compile(fields.destinations, FIELD_DESTINATION_ADDRESS)
        (settings.ipv4_source_root, settings.ipv6_source_root) = (source.ipv4, source.ipv6)
        (settings.ipv4_destination_root, settings.ipv6_destination_root) = (destination.ipv4, destination.ipv6)
        settings.absent_class.0 = source.absent
        settings.absent_class.1 = destination.absent
        settings.absent_class.2 = compile(fields.sourcePorts, FIELD_SOURCE_PORT, FieldClasses.sourcePort)
        settings.absent_class.3 = compile(
            fields.destinationPorts, FIELD_DESTINATION_PORT, FieldClasses.destinationPort)
        settings.absent_class.4 = compile(fields.protocols, FIELD_PROTOCOL, FieldClasses.protocol)
        _ = compile(fields.vlans, FIELD_VLAN, FieldClasses.vlan)
        settings.absent_class.5 = classWith(fields.untagged)
        settings.absent_class.6 = compileFlags()
        start(FIELD_DIRECTION)
        settings.absent_class.7 = classes.currentClass()
        settings.direction_class.0 = classWith(fields.directions[0])
        settings.direction_class.1 = classWith(fields.directions[1])
    }

    /// Which kinds of packets a rule can accept.
    private static func accepted(by rule: Rule) -> UInt32 {
        func names(_ isWanted: (IPAddress) -> Bool) -> Bool {
            [rule.sources, rule.destinations].allSatisfy { $0.isEmpty || $0.contains { isWanted($0.address) } }
        }
        let isOfIP =
            !(rule.sources.isEmpty && rule.destinations.isEmpty && rule.sourcePorts.isEmpty
            && rule.destinationPorts.isEmpty && rule.protocols.isEmpty && rule.tcpFlags == nil)
        let ipv4 = names { if case .ipv4 = $0 { true } else { false } }
        let ipv6 = names { if case .ipv6 = $0 { true } else { false } }
        return UInt32((ipv4 ? ACCEPTS_IPV4 : 0) | (ipv6 ? ACCEPTS_IPV6 : 0) | (isOfIP ? 0 : ACCEPTS_OTHER))
    }

    /// Makes the rules that do not name the field the current set.
    private mutating func start(_ field: field) {
        classes.replace(with: fields.silent[Int(field.rawValue)])
    }

    private mutating func toggle(_ rules: [UInt32]) {
        for rule in rules { classes.toggle(Int(rule)) }
    }

    /// The class of the current set and these rules, which are not in it.
    private mutating func classWith(_ rules: [UInt32]) -> UInt32 {
        toggle(rules)
        defer { toggle(rules) }
        return classes.currentClass()
    }

    private mutating func compile(
        _ networks: NamedFields.Networks, _ field: field
    ) -> (ipv4: UInt32, ipv6: UInt32, absent: UInt32) {
        start(field)
        let absent = classes.currentClass()
        return (compile(networks.ipv4, other: absent), compile(networks.ipv6, other: absent), absent)
    }

    /// Walks nested prefixes in order; the current set is always that of the innermost prefix.
    private mutating func compile(_ networks: [NamedFields.NamedPrefix], other: UInt32) -> UInt32 {
        let networks = networks.sorted {
            $0.prefix.key != $1.prefix.key ? $0.prefix.key < $1.prefix.key : $0.prefix.length < $1.prefix.length
        }
        var prefixes: [Prefix] = []
        var prefixClasses: [UInt32] = []
        var open: [(prefix: Prefix, added: Int)] = []
        // Rules that the open prefixes brought into the set; one that an outer prefix brought is not brought again.
        var added: [UInt32] = []
        var next = 0
        while next < networks.count {
            let prefix = networks[next].prefix
            while let last = open.last, !last.prefix.contains(prefix) {
                leave(&added, to: last.added)
                open.removeLast()
            }
            open.append((prefix, added.count))
            while next < networks.count, networks[next].prefix.key == prefix.key,
                networks[next].prefix.length == prefix.length
            {
                let rule = networks[next].rule
                next += 1
                guard !classes.contains(Int(rule)) else { continue }
                classes.toggle(Int(rule))
                added.append(rule)
            }
            prefixes.append(prefix)
            prefixClasses.append(classes.currentClass())
        }
        leave(&added, to: 0)
        return tries.add(prefixes, classes: prefixClasses, other: other)
    }

    private mutating func leave(_ added: inout [UInt32], to count: Int) {
        for rule in added[count...] { classes.toggle(Int(rule)) }
        added.removeSubrange(count...)
    }

    /// Fills a small field's part of `fieldClasses` and leaves the rules that do not name the field as current set.
    /// - Returns: The class of packets that do not have the field.
    private mutating func compile(
        _ ranges: [NamedFields.NamedRange], _ field: field, _ place: Range<Int>
    ) -> UInt32 {
        start(field)
        let absent = classes.currentClass()
        // Rules that begin or have ended at each value, sorted by counting.
        var ends = Array(repeating: 0, count: place.count + 2)
        for range in ranges {
            ends[Int(range.values.lowerBound) + 1] += 1
            ends[Int(range.values.upperBound) + 2] += 1
        }
        for value in 1..<ends.count { ends[value] += ends[value - 1] }
        var changes = Array(repeating: UInt32(0), count: ranges.count * 2)
        for range in ranges {
            for value in [Int(range.values.lowerBound), Int(range.values.upperBound) + 1] {
                changes[ends[value]] = range.rule
                ends[value] += 1
            }
        }
        var number = absent
        var next = 0
        for value in 0..<place.count {
            // After the placing, `ends` is where the changes of a value end.
            if next < ends[value] {
                for change in next..<ends[value] { classes.toggle(Int(changes[change])) }
                next = ends[value]
                number = classes.currentClass()
            }
            fieldClasses[place.lowerBound + value] = number
        }
        for change in changes[next...] { classes.toggle(Int(change)) }
        return absent
    }

    /// Goes through the 256 values in Gray-code order, so that one flag changes at a time.
    private mutating func compileFlags() -> UInt32 {
        start(FIELD_TCP_FLAGS)
        let absent = classes.currentClass()
        let selectors = fields.tcpFlags.map { (selector: $0.key, rules: $0.value) }
        var accepting = Array(repeating: false, count: selectors.count)
        for step in 0..<256 {
            let flags = step ^ (step >> 1)
            for (index, (selector, rules)) in selectors.enumerated() {
                guard selector.accepts(TCPFlags(rawValue: UInt8(flags))) != accepting[index] else { continue }
                accepting[index].toggle()
                toggle(rules)
            }
            fieldClasses[FieldClasses.tcpFlags.lowerBound + flags] = classes.currentClass()
        }
        return absent
    }
}
