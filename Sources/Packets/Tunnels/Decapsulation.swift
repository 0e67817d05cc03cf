/// What a UDP datagram on a tunnel's port carries.
public enum Decapsulation: Hashable, Sendable {
    /// How the packet inside begins.
    public enum Link: Hashable, Sendable {
        case ethernet
        /// IPv4 or IPv6 without a link-layer header.
        case ip
    }

    /// A packet from byte `offset` of the datagram to its end; `vni` is nil for GUE, which has none. `metadata` is what
    /// a mirror of ours says of it, nil when there is none, or none that can be read: the packet counts all the same.
    case packet(vni: UInt32?, link: Link, offset: Int, metadata: CopyMetadata? = nil)
    /// An empty datagram: it makes hosts and networks on the way learn addresses and carries nothing.
    case probe
    case malformed(TunnelMalformation)

    /// Takes the tunnel off a UDP payload.
    ///
    /// The packet inside is taken as it is, malformed or not: it is what the watched network carried. It only
    /// must be long enough for an Ethernet header, or begin with the announced IP version.
    public init(_ tunnel: Tunnel, payload: RawSpan) {
        guard payload.byteCount > 0 else {
            self = .probe
            return
        }
        switch tunnel {
        case .vxlan: self.init(vxlan: payload)
        case .geneve: self.init(geneve: payload)
        case .gue: self.init(gue: payload)
        }
    }

    private init(vxlan payload: RawSpan) {
        switch VXLANHeader.decode(payload) {
        case .header(let header, let length): self = .ethernet(in: payload, at: length, header.vni, nil)
        case .malformed(let reason): self = .malformed(reason)
        }
    }

    private init(geneve payload: RawSpan) {
        switch GeneveHeader.decode(payload) {
        case .header(let header, let length):
            if header.isControl {
                self = .malformed(.controlMessage)
            } else if header.hasCriticalOptions {
                self = .malformed(.criticalOption)
            } else {
                let metadata = GeneveHeader.metadata(payload, end: length)
                switch header.protocolType {
                case Ethernet.transparentBridging: self = .ethernet(in: payload, at: length, header.vni, metadata)
                case Ethernet.ipv4: self = .ip(4, in: payload, at: length, header.vni, metadata)
                case Ethernet.ipv6: self = .ip(6, in: payload, at: length, header.vni, metadata)
                default: self = .malformed(.unknownProtocol)
                }
            }
        case .malformed(let reason):
            self = .malformed(reason)
        }
    }

    private init(gue payload: RawSpan) {
        switch GUEHeader.decode(payload) {
        case .header(.direct(let version), let length):
            self = .ip(version, in: payload, at: length, nil, nil)
        case .header(.control, _):
            self = .malformed(.controlMessage)
        case .header(.data(let number, let flags), let length):
            let metadata = GUEHeader.metadata(payload, flags: flags, end: length)
            switch number {
            case IPProtocol.ipv4: self = .ip(4, in: payload, at: length, nil, metadata)
            case IPProtocol.ipv6: self = .ip(6, in: payload, at: length, nil, metadata)
            case IPProtocol.ethernet: self = .ethernet(in: payload, at: length, nil, metadata)
            default: self = .malformed(.unknownProtocol)
            }
        case .malformed(let reason):
            self = .malformed(reason)
        }
    }

    private static func ethernet(
        in payload: RawSpan, at offset: Int, _ vni: UInt32?, _ metadata: CopyMetadata?
    ) -> Decapsulation {
        guard payload.remaining(from: offset) >= Ethernet.headerLength else { return .malformed(.truncatedInner) }
        return .packet(vni: vni, link: .ethernet, offset: offset, metadata: metadata)
    }

    private static func ip(
        _ version: UInt8, in payload: RawSpan, at offset: Int, _ vni: UInt32?, _ metadata: CopyMetadata?
    ) -> Decapsulation {
        guard payload.remaining(from: offset) > 0 else { return .malformed(.truncatedInner) }
        guard payload.uint8(at: offset) >> 4 == version else { return .malformed(.innerVersion) }
        return .packet(vni: vni, link: .ip, offset: offset, metadata: metadata)
    }
}
