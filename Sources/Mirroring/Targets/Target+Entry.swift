import Glibc
import KernelABI
import Packets

extension Target {
    /// The target as the kernel program reads it (struct target).
    /// - Parameters:
    ///   - stream: the number of this run of this mirror, for the copies' metadata.
    ///   - number: that of the target among the mirror's.
    /// - Throws: ``MirrorError`` when no outer header can be built, which a parsed target with a route always can.
    func entry(
        _ route: TargetRoute, oversize: Oversize, stream: UInt32, number: Int
    ) throws(MirrorError) -> target {
        var entry = target()
        entry.ifindex = route.interfaceIndex
        entry.mtu = route.mtu
        entry.oversize = oversize.number
        entry.path = UInt32(route.path == .route ? PATH_ROUTE : PATH_INTERFACE)
        entry.unusable = route.unusable.map { $0.number + 1 } ?? 0
        guard case .tunnel(let header, let address, let port, let sourcePort) = destination else {
            entry.kind = TARGET_DEVICE.rawValue
            return entry
        }
        // Without a route there is no source address either, and the header is never read.
        guard let source = route.source else { return entry }
        let metadata = CopyMetadata(
            stream: stream, target: UInt8(truncatingIfNeeded: number), sequence: 0, ruleSequence: 0, originalLength: 0)
        let outer: OuterHeader
        do {
            outer = try OuterHeader(
                header.carrying(carriesMetadata ? metadata : nil), source: source, destination: address,
                sourcePort: sourcePort, destinationPort: port)
        } catch { throw MirrorError(.usage, "target '\(self)'", cause: error.message) }
        entry.kind = header.kind
        entry.ethernet = header.carriesEthernet ? 1 : 0
        if case .gue(.data, _) = header { entry.gue_protocol = 1 }
        entry.family = UInt32(address.bitWidth == 32 ? AF_INET : AF_INET6)
        entry.source_port = UInt32(sourcePort)
        entry.header_length = UInt32(outer.bytes.count)
        // The last of the header.
        if carriesMetadata { entry.metadata = entry.header_length - UInt32(CopyMetadata.length) }
        withUnsafeMutableBytes(of: &entry.header) { $0.copyBytes(from: outer.bytes) }
        withUnsafeMutableBytes(of: &entry.source) { $0.copyBytes(from: source.bytes) }
        withUnsafeMutableBytes(of: &entry.destination) { $0.copyBytes(from: address.bytes) }
        return entry
    }

    /// Bytes of the outer packet in front of what is mirrored; 0 for a local interface.
    var overhead: Int {
        guard case .tunnel(let header, let address, _, _) = destination else { return 0 }
        let tunnel = ((try? header.encoded().count) ?? 0) + (carriesMetadata ? CopyMetadata.length : 0)
        return (address.bitWidth == 32 ? 20 : 40) + 8 + tunnel
    }

    /// Bytes that a copy has on the wire more than the frame that is mirrored: the headers of the tunnel, that of
    /// Ethernet among them, less the frame's own Ethernet header where the tunnel carries none. 0 for a local interface.
    var wireOverhead: Int {
        guard case .tunnel(let header, _, _, _) = destination else { return 0 }
        return overhead + (header.carriesEthernet ? Int(ETHERNET_HEADER) : 0)
    }

    /// Whether copies of what is not IP can be sent there.
    var carriesEverything: Bool {
        guard case .tunnel(let header, _, _, _) = destination else { return true }
        return header.carriesEthernet
    }
}

extension TunnelHeader {
    fileprivate var kind: UInt32 {
        switch self {
        case .vxlan: TARGET_VXLAN.rawValue
        case .geneve: TARGET_GENEVE.rawValue
        case .gue: TARGET_GUE.rawValue
        }
    }

    fileprivate var carriesEthernet: Bool {
        if case .gue = self { false } else { true }
    }
}
