/// Why a datagram on a tunnel's port carries no packet; the raw values are the names in counters.
public enum TunnelMalformation: String, CaseIterable, Codable, CodingKeyRepresentable, Hashable, Sendable {
    /// The datagram ends inside the header's fixed part.
    case truncatedHeader = "truncated-header"
    /// The header says it has more option or extension bytes than the datagram.
    case truncatedOptions = "truncated-options"
    /// An option's length goes beyond the options, or a flag announces a field that the header has no room for.
    case optionLength = "option-length"
    /// A version or variant that is not defined.
    case unknownVersion = "unknown-version"
    /// VXLAN: the I flag is clear, so there is no VNI (RFC 7348 section 5).
    case noVNI = "no-vni"
    /// What the header carries is neither Ethernet, IPv4 nor IPv6.
    case unknownProtocol = "unknown-protocol"
    /// Geneve's O bit or GUE's C bit: for the tunnel's endpoints, nothing is carried.
    case controlMessage = "control-message"
    /// Geneve: an option that must be understood and is not (RFC 8926 section 3.5).
    case criticalOption = "critical-option"
    /// GUE: flags for fields that are not known, so what follows cannot be found.
    case unknownFlags = "unknown-flags"
    /// What is carried is shorter than an Ethernet header, or empty.
    case truncatedInner = "truncated-inner"
    /// What is announced as IPv4 or IPv6 has another version number.
    case innerVersion = "inner-version"
}
