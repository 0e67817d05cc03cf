/// What a rule says of a packet's outermost VLAN tag.
public enum VLANSelector: Hashable, Sendable {
    /// No tag at all.
    case untagged
    /// A tag whose identifier (IEEE 802.1Q, 12 bits) lies in the range; 0 is a priority tag.
    case identifiers(ClosedRange<UInt16>)

    /// A tag with exactly this identifier.
    public static func identifier(_ value: UInt16) -> VLANSelector {
        .identifiers(value...value)
    }

    /// Whether a packet with this outermost tag, or with none, is meant.
    public func accepts(_ identifier: UInt16?) -> Bool {
        switch (self, identifier) {
        case (.untagged, nil): true
        case (.identifiers(let range), .some(let identifier)): range.contains(identifier)
        default: false
        }
    }
}

extension [VLANSelector] {
    /// The identifiers that are named, as far as a tag's 12 bits can hold them.
    var identifiers: [ClosedRange<UInt16>] {
        compactMap { selector in
            guard case .identifiers(let range) = selector, range.lowerBound <= 4095 else { return nil }
            return range.clamped(to: 0...4095)
        }
    }
}
