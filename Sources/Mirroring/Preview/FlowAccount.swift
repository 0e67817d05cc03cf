public import Packets

/// What a preview has seen of one flow, in both directions, under one rule.
public struct FlowAccount: Hashable, Sendable {
    /// The flow's hash, by which it is sampled.
    public var flow: UInt64
    /// The rule's place in the list.
    public var rule: Int
    /// Of the packet that was seen first; nil of what is not IP.
    public var source: IPAddress?
    public var destination: IPAddress?
    /// 0 of protocols without ports.
    public var sourcePort: UInt16
    public var destinationPort: UInt16
    public var ipProtocol: UInt8
    public var tally: Tally
    /// Bytes of the flow's frames when each is cut behind its headers, to 128 bytes, and to 256.
    public var headerBytes: UInt64
    public var bytesOf128: UInt64
    public var bytesOf256: UInt64

    public init(
        flow: UInt64, rule: Int = 0, source: IPAddress? = nil, destination: IPAddress? = nil, sourcePort: UInt16 = 0,
        destinationPort: UInt16 = 0, ipProtocol: UInt8 = 0, tally: Tally, headerBytes: UInt64 = 0,
        bytesOf128: UInt64 = 0, bytesOf256: UInt64 = 0
    ) {
        self.flow = flow
        self.rule = rule
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.ipProtocol = ipProtocol
        self.tally = tally
        self.headerBytes = headerBytes
        self.bytesOf128 = bytesOf128
        self.bytesOf256 = bytesOf256
    }

    /// Whether mirrors with the preview's seed that sample one flow of `rate` take this one.
    func isSampled(oneOf rate: UInt32) -> Bool {
        rate <= 1 || flow >> 32 < (UInt64(1) << 32) / UInt64(rate)
    }
}
