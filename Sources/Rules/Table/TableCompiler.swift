import KernelABI
import Packets

/// The work of `CompiledTable.init`: one sweep for each field over the values at which its class changes.
struct TableCompiler {
    let slots: RuleSlots
    private let fields: NamedFields
    private(set) var classes: ClassBuilder
    private(set) var tries = AddressTries()
    private(set) var fieldClasses: [UInt32]
    private(set) var settings = table_settings()

    private let layout: CompiledTable.Layout

    init(_ rules: [Rule], _ layout: CompiledTable.Layout, blockWords: Int?) {
        self.layout = layout
        let isFixed = layout == .changeable
        slots = RuleSlots(rules, blockWords: blockWords)
        fields = NamedFields(rules, slots.positions)
        classes = ClassBuilder(
            blockWords: slots.blockWords, reserved: isFixed ? CompiledTable.reservedClasses : 0)
        tries = AddressTries(roots: isFixed ? CompiledTable.Roots.count : 0)
        fieldClasses = Array(repeating: 0, count: FieldClasses.count)
        settings.block_words = UInt32(slots.blockWords)
        // At least one class has to be asked even when no rule names anything.
        settings.accepted = rules.reduce(0) { $0 | Self.accepted(by: $1) }
        settings.fields = fields.named == 0 ? 1 << FIELD_DIRECTION.rawValue : fields.named

        let source = compile(fields.sources, FIELD_SOURCE_ADDRESS, .source)
        (settings.ipv4_source_root, settings.ipv6_source_root) = source
        settings.absent_class.0 = absentClass(FIELD_SOURCE_ADDRESS)
        let destination = compile(fields.destinations, FIELD_DESTINATION_ADDRESS, .destination)
        (settings.ipv4_destination_root, settings.ipv6_destination_root) = destination
        settings.absent_class.1 = absentClass(FIELD_DESTINATION_ADDRESS)
        compile(fields.sourcePorts, FIELD_SOURCE_PORT, FieldClasses.sourcePort)
        settings.absent_class.2 = absentClass(FIELD_SOURCE_PORT)
        compile(fields.destinationPorts, FIELD_DESTINATION_PORT, FieldClasses.destinationPort)
        settings.absent_class.3 = absentClass(FIELD_DESTINATION_PORT)
        compile(fields.protocols, FIELD_PROTOCOL, FieldClasses.protocol)
        settings.absent_class.4 = absentClass(FIELD_PROTOCOL)
        compile(fields.vlans, FIELD_VLAN, FieldClasses.vlan)
        settings.absent_class.5 = absentClass(FIELD_VLAN, and: fields.untagged)
        compileFlags()
        settings.absent_class.6 = absentClass(FIELD_TCP_FLAGS)
        start(FIELD_DIRECTION)
        settings.absent_class.7 = absentClass(FIELD_DIRECTION)
        settings.direction_class.0 = classWith(fields.directions[0], reserved: CompiledTable.directionClass(.ingress))
        settings.direction_class.1 = classWith(fields.directions[1], reserved: CompiledTable.directionClass(.egress))
    }

    /// Which kinds of packets a rule can accept.
    static func accepted(by rule: Rule) -> UInt32 {
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

    /// The class of packets without the field: those rules that do not name it, which are the current set, and these.
    private mutating func absentClass(_ field: field, and rules: [UInt32] = []) -> UInt32 {
        classWith(rules, reserved: CompiledTable.absentClass(field))
    }

    /// The class of the current set and these rules, which are not in it.
    /// - Parameter reserved: its number where the layout has one for it.
    private mutating func classWith(_ rules: [UInt32], reserved: UInt32) -> UInt32 {
        toggle(rules)
        defer { toggle(rules) }
        guard layout == .changeable else { return classes.currentClass() }
        classes.keep(as: reserved)
        return reserved
    }

    private mutating func compile(
        _ networks: NamedFields.Networks, _ field: field, _ roots: CompiledTable.Roots
    ) -> (ipv4: UInt32, ipv6: UInt32) {
        start(field)
        let other = classes.currentClass()
        let isFixed = layout == .changeable
        return (
            compile(networks.ipv4, other: other, root: isFixed ? roots.ipv4 : nil),
            compile(networks.ipv6, other: other, root: isFixed ? roots.ipv6 : nil)
        )
    }

    /// Walks nested prefixes in order; the current set is always that of the innermost prefix.
    private mutating func compile(_ networks: [NamedFields.NamedPrefix], other: UInt32, root: Int?) -> UInt32 {
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
        return tries.add(prefixes, classes: prefixClasses, other: other, root: root)
    }

    private mutating func leave(_ added: inout [UInt32], to count: Int) {
        for rule in added[count...] { classes.toggle(Int(rule)) }
        added.removeSubrange(count...)
    }

    /// Fills a small field's part of `fieldClasses` and leaves the rules that do not name the field as current set.
    private mutating func compile(_ ranges: [NamedFields.NamedRange], _ field: field, _ place: Range<Int>) {
        start(field)
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
        var number = classes.currentClass()
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
    }

    /// Goes through the 256 values in Gray-code order, so that one flag changes at a time, and leaves the rules that do not
    /// name any flag as current set.
    private mutating func compileFlags() {
        start(FIELD_TCP_FLAGS)
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
        start(FIELD_TCP_FLAGS)
    }
}
