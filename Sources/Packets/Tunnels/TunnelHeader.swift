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

extension TunnelHeader {
    /// The header with metadata behind what it has already; the same where there is no room for any.
    ///
    /// - Throws: `PacketError` of code `header` when they do not fit beside the other options or extensions.
    public func carrying(_ metadata: CopyMetadata?) throws(PacketError) -> TunnelHeader {
        guard let metadata else { return self }
        switch self {
        case .geneve(let header, let options): return .geneve(header, options: options + [try metadata.option()])
        case .gue(.data(let number, let flags), let extensions):
            return .gue(.data(ipProtocol: number, flags: flags), extensions: extensions + metadata.encoded)
        case .vxlan, .gue: return self
        }
    }
}

extension CopyMetadata {
    /// The metadata as an option of Geneve.
    public func option() throws(PacketError) -> GeneveOption {
        try GeneveOption(optionClass: Self.optionClass, type: Self.type, data: Array(encoded.dropFirst(4)))
    }
}
