/// The tunnels over UDP that carry copies.
public enum Tunnel: String, CaseIterable, Codable, Hashable, Sendable {
    /// RFC 7348.
    case vxlan
    /// RFC 8926.
    case geneve
    /// draft-ietf-intarea-gue.
    case gue

    /// The UDP port that IANA assigned.
    public var port: UInt16 {
        switch self {
        case .vxlan: 4789
        case .geneve: 6081
        case .gue: 6080
        }
    }
}
