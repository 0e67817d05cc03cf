import KernelABI
import Packets

/// One rule of a table taken out of the sets that accept it no longer, and put into those that now do.
///
/// Every value of a field has a class, which is a set of rules. Where only one of the two rules accepts a value, its class
/// becomes the one with the rule's bit turned over: a new one, since others can have the old. What packets have that lack
/// the field has a class of its own, which is changed where it is.
struct RuleChange {
    struct NoRoom: Error {}

    var memory: TableMemory
    private let classes: ClassChange.Place
    private var change: ClassChange

    init(_ memory: TableMemory, slot: Int) {
        self.memory = memory
        classes = .init(slot: slot, blockWords: Int(memory.settings.block_words))
        change = ClassChange(classes, count: memory.used.classes)
    }

    mutating func apply(_ old: Rule, _ new: Rule) throws(NoRoom) {
        try changeAddresses(old.sources, new.sources, FIELD_SOURCE_ADDRESS, .source)
        try changeAddresses(old.destinations, new.destinations, FIELD_DESTINATION_ADDRESS, .destination)
        try changeValues(
            old.sourcePorts.merged(), new.sourcePorts.merged(), FIELD_SOURCE_PORT, FieldClasses.sourcePort)
        try changeValues(
            old.destinationPorts.merged(), new.destinationPorts.merged(), FIELD_DESTINATION_PORT,
            FieldClasses.destinationPort)
        try changeValues(
            old.protocols.map { UInt16($0)...UInt16($0) }.merged(),
            new.protocols.map { UInt16($0)...UInt16($0) }.merged(), FIELD_PROTOCOL, FieldClasses.protocol)
        try changeTags(old.vlans, new.vlans)
        try changeFlags(old.tcpFlags, new.tcpFlags)
        for direction in Direction.allCases
        where (old.direction ?? direction == direction) != (new.direction ?? direction == direction) {
            try change.toggle(Int(CompiledTable.directionClass(direction)), &memory)
        }
        try changeAbsent(FIELD_DIRECTION, (old.direction == nil) != (new.direction == nil))
    }

    /// The class of packets without the field, if only one of the rules accepts these.
    private mutating func changeAbsent(_ field: field, _ changes: Bool) throws(NoRoom) {
        if changes { try change.toggle(Int(CompiledTable.absentClass(field)), &memory) }
    }

    // MARK: Small fields

    /// - Parameters:
    ///   - old: neither overlapping nor touching; none: all values.
    private mutating func changeValues(
        _ old: [ClosedRange<UInt16>], _ new: [ClosedRange<UInt16>], _ field: field, _ place: Range<Int>
    ) throws(NoRoom) {
        try changeAbsent(field, old.isEmpty != new.isEmpty)
        try changeValues(old.isEmpty ? nil : old, new.isEmpty ? nil : new, place)
    }

    private mutating func changeValues(
        _ old: [ClosedRange<UInt16>]?, _ new: [ClosedRange<UInt16>]?, _ place: Range<Int>
    ) throws(NoRoom) {
        guard old != new else { return }
        // Whether exactly one of the rules accepts a value changes where a range of either begins or has ended.
        var turns = Array(repeating: false, count: place.count + 1)
        for ranges in [old, new] {
            for range in ranges ?? [0...UInt16(place.count - 1)] {
                turns[Int(range.lowerBound)].toggle()
                turns[Int(range.upperBound) + 1].toggle()
            }
        }
        var changes = false
        for value in 0..<place.count {
            if turns[value] { changes.toggle() }
            if changes { try changeEntry(place.lowerBound + value) }
        }
    }

    private mutating func changeEntry(_ index: Int) throws(NoRoom) {
        memory.fieldClasses[index] = try change.changed(memory.fieldClasses[index], &memory)
    }

    private mutating func changeTags(_ old: [VLANSelector], _ new: [VLANSelector]) throws(NoRoom) {
        try changeAbsent(
            FIELD_VLAN, (old.isEmpty || old.contains(.untagged)) != (new.isEmpty || new.contains(.untagged)))
        try changeValues(
            old.isEmpty ? nil : old.identifiers.merged(), new.isEmpty ? nil : new.identifiers.merged(),
            FieldClasses.vlan)
    }

    private mutating func changeFlags(_ old: TCPFlagsSelector?, _ new: TCPFlagsSelector?) throws(NoRoom) {
        guard old != new else { return }
        try changeAbsent(FIELD_TCP_FLAGS, (old == nil) != (new == nil))
        for value in UInt8.min...UInt8.max {
            let flags = TCPFlags(rawValue: value)
            guard old?.accepts(flags) ?? true != new?.accepts(flags) ?? true else { continue }
            try changeEntry(FieldClasses.tcpFlags.lowerBound + Int(value))
        }
    }

    // MARK: Addresses

    private mutating func changeAddresses(
        _ old: [CIDR], _ new: [CIDR], _ field: field, _ roots: CompiledTable.Roots
    ) throws(NoRoom) {
        guard old != new else { return }
        try changeAbsent(field, old.isEmpty != new.isEmpty)
        for (root, isWanted) in [(roots.ipv4, true), (roots.ipv6, false)] {
            func prefixes(_ networks: [CIDR]) -> [Prefix]? {
                networks.isEmpty ? nil : networks.filter { $0.isIPv4 == isWanted }.map(Prefix.init)
            }
            var trie = TrieChange(old: prefixes(old), new: prefixes(new))
            try trie.apply(root: root, &change, &memory)
        }
    }
}
