/// The header of one of the tunnels, as it is written.
public enum TunnelHeader: Hashable, Sendable {
    case vxlan(VXLANHeader)
    case geneve(GeneveHeader, options: [GeneveOption] = [])
    case gue(GUEHeader, extensions: [UInt8] = [])

    public var tunnel: Tunnel {
        switch self {
        case .vxlan: .vxlan
        case .geneve: .geneve
        case .gue: .gue
        }
    }

    /// The header's bytes.
    ///
    /// - Throws: `PacketError` of code `header` when options or extensions do not fit.
    public func encoded() throws(PacketError) -> [UInt8] {
        switch self {
        case .vxlan(let header): header.encoded
        case .geneve(let header, let options): try header.encoded(options: options)
        case .gue(let header, let extensions): try header.encoded(extensions: extensions)
        }
    }
}
