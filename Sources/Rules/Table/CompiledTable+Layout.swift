public import KernelABI

extension CompiledTable {
    /// Where in the table the kernel program begins to look.
    public enum Layout: Hashable, Sendable {
        /// Wherever it is best: lists of a few rules are looked up fastest.
        case compact
        /// Always at the same places, whatever the rules are. The constants of the program are then the same for many lists,
        /// and rules can be changed where they are (``TableMemory/change(_:to:at:)``).
        case changeable
    }

    /// The blocks where look-ups of one address begin, in the changeable layout.
    struct Roots {
        let ipv4: Int
        let ipv6: Int

        static let source = Roots(ipv4: 0, ipv6: 1)
        static let destination = Roots(ipv4: 2, ipv6: 3)
        static let count = 4
    }

    /// Classes that have the same number in every table of the changeable layout.
    static let reservedClasses = Int(FIELD_COUNT.rawValue) + Direction.allCases.count

    /// The class of packets without the field, in the changeable layout.
    static func absentClass(_ field: field) -> UInt32 { field.rawValue }

    /// The class of a direction's packets, in the changeable layout.
    static func directionClass(_ direction: Direction) -> UInt32 { FIELD_COUNT.rawValue + direction.rawValue }
}

extension table_settings {
    /// Whether a program with these constants finds whatever the rule says: it looks at all fields that the rule names.
    func accepts(_ rule: Rule) -> Bool {
        let names: [(Bool, field)] = [
            (!rule.sources.isEmpty, FIELD_SOURCE_ADDRESS), (!rule.destinations.isEmpty, FIELD_DESTINATION_ADDRESS),
            (!rule.sourcePorts.isEmpty, FIELD_SOURCE_PORT), (!rule.destinationPorts.isEmpty, FIELD_DESTINATION_PORT),
            (!rule.protocols.isEmpty, FIELD_PROTOCOL), (!rule.vlans.isEmpty, FIELD_VLAN),
            (rule.tcpFlags != nil, FIELD_TCP_FLAGS), (rule.direction != nil, FIELD_DIRECTION),
        ]
        return names.allSatisfy { !$0 || fields & 1 << $1.rawValue != 0 }
            && TableCompiler.accepted(by: rule) & ~accepted == 0
    }

    /// Whether a program that was loaded with these constants looks packets up in a table of the other.
    public func serves(_ other: table_settings) -> Bool {
        var same = other
        (same.fields, same.accepted, same.cache_mask) = (fields, accepted, cache_mask)
        return withUnsafeBytes(of: self) { one in withUnsafeBytes(of: same) { one.elementsEqual($0) } }
            && other.fields & ~fields == 0 && other.accepted & ~accepted == 0
    }
}
