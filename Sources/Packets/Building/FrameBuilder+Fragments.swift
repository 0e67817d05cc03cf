extension FrameBuilder {
    /// The IPv4 packet cut into fragments that carry at most `size` bytes each, as frames in order.
    ///
    /// `size` is rounded down to a multiple of eight, and at least eight. A frame that is not IPv4, or fits in one
    /// piece, comes back whole.
    public func fragments(of size: Int, identification: UInt16 = 1) -> [[UInt8]] {
        guard case .ipv4(var layer) = network else { return [frame] }
        let payload = transport.encoded(
            as: transport.ipProtocol, source: layer.source, destination: layer.destination)
        let step = max(8, size & ~7)
        guard payload.count > step else { return [frame] }
        layer.identification = identification
        return stride(from: 0, to: payload.count, by: step).map { start in
            let end = min(start + step, payload.count)
            layer.fragmentOffset = UInt16(truncatingIfNeeded: start / 8)
            layer.moreFragments = end < payload.count
            let part = layer.packet(ipProtocol: transport.ipProtocol, payload: Array(payload[start..<end]))
            return with { $0.network = .other(etherType: Ethernet.ipv4, bytes: part) }.frame
        }
    }
}
