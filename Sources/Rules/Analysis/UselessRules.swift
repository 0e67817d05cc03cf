import KernelABI
import Packets

/// Why a rule is never the first that matches.
public enum Uselessness: Hashable, Sendable {
    /// Every packet it matches is matched by this earlier rule.
    case hidden(by: Int)
    /// No packet can look like this.
    case impossible(reason: String)
}

extension RuleList {
    /// The rules that never decide anything, by position, with the first reason found.
    ///
    /// A rule is found hidden exactly when one earlier rule accepts all its packets; a rule that several earlier ones
    /// hide together is not found.
    /// - Parameter table: The compiled list. It answers which earlier rules accept a rule's outermost packets, so
    ///   that few pairs of rules have to be compared.
    public func uselessRules(_ table: CompiledTable) -> [(rule: Int, why: Uselessness)] {
        var found: [(rule: Int, why: Uselessness)] = []
        for number in rules.indices {
            var extent = Extent(rules[number])
            if let reason = extent.tighten() {
                found.append((number, .impossible(reason: reason)))
                continue
            }
            // The rule itself accepts its own packets, so the search ends there at the latest.
            let first = table.firstRule(in: table.corners(of: extent)) { candidate in
                candidate >= number || Extent(rules[candidate]).isSuperset(of: extent)
            }
            if let first, first < number { found.append((number, .hidden(by: first))) }
        }
        return found
    }
}

extension CompiledTable {
    /// Ranges of one field that are looked at; any choice of them is correct, more of them leave fewer candidates.
    private static let cornerRanges = 4

    /// Classes that have in common only rules which accept the first and the last value of every field's ranges.
    func corners(of extent: Extent) -> [Int] {
        var classes: [UInt32] = []
        func names(_ field: field) -> Bool { settings.fields & 1 << field.rawValue != 0 }
        func add(_ values: Extent.Values, _ place: Range<Int>, _ absent: UInt32) {
            if values.absent { classes.append(absent) }
            for range in values.present.ranges.prefix(Self.cornerRanges) {
                classes.append(smallClass(range.lowerBound, place, absent: absent))
                classes.append(smallClass(range.upperBound, place, absent: absent))
            }
        }
        func add(_ addresses: Extent.Addresses, _ ipv4: UInt32, _ ipv6: UInt32, _ absent: UInt32) {
            if addresses.absent { classes.append(absent) }
            for range in addresses.ipv4.ranges.prefix(Self.cornerRanges) {
                for bound in [range.lowerBound, range.upperBound] {
                    let address = IPAddress.ipv4(UInt32(truncatingIfNeeded: bound))
                    classes.append(addressClass(address, ipv4, ipv6, absent: absent))
                }
            }
            for range in addresses.ipv6.ranges.prefix(Self.cornerRanges) {
                for bound in [range.lowerBound, range.upperBound] {
                    classes.append(addressClass(.ipv6(bound), ipv4, ipv6, absent: absent))
                }
            }
        }
        let absent = settings.absent_class
        if names(FIELD_SOURCE_ADDRESS) {
            add(extent.source, settings.ipv4_source_root, settings.ipv6_source_root, absent.0)
        }
        if names(FIELD_DESTINATION_ADDRESS) {
            add(extent.destination, settings.ipv4_destination_root, settings.ipv6_destination_root, absent.1)
        }
        if names(FIELD_SOURCE_PORT) { add(extent.sourcePort, FieldClasses.sourcePort, absent.2) }
        if names(FIELD_DESTINATION_PORT) { add(extent.destinationPort, FieldClasses.destinationPort, absent.3) }
        if names(FIELD_PROTOCOL) { add(extent.protocol, FieldClasses.protocol, absent.4) }
        if names(FIELD_VLAN) { add(extent.vlan, FieldClasses.vlan, absent.5) }
        if names(FIELD_TCP_FLAGS) {
            // The fewest flags and the most that the rule accepts.
            if let flags = extent.tcpFlags {
                for value in [flags.set.rawValue, ~flags.unset.rawValue] {
                    classes.append(smallClass(value, FieldClasses.tcpFlags, absent: absent.6))
                }
            } else {
                classes.append(absent.6)
            }
        }
        if names(FIELD_DIRECTION) {
            if extent.direction != .egress { classes.append(settings.direction_class.0) }
            if extent.direction != .ingress { classes.append(settings.direction_class.1) }
        }
        return Set(classes).map { Int($0) }
    }
}
