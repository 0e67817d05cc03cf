extension PacketFields {
    /// The UDP source port of a tunnel packet that carries this one: 49152...65535, the same in both directions
    /// of a conversation and for all fragments of a datagram. `FlowHash` has the formula.
    public var flowSourcePort: UInt16 {
        FlowHash.sourcePort(
            hash: FlowHash.hash(
                foldedSource: source?.folded ?? 0, foldedDestination: destination?.folded ?? 0,
                sourcePort: isFragment ? 0 : sourcePort ?? 0,
                destinationPort: isFragment ? 0 : destinationPort ?? 0,
                ipProtocol: isFragment ? 0 : ipProtocol ?? 0))
    }
}
