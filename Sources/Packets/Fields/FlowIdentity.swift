/// What the packets of one flow have in common, in both directions: the addresses, the ports and the protocol.
///
/// Kernel programs sample flows, and count what each of them had, by the same hash; so whoever knows the seed of a
/// mirror can say which flows it selects. What is not IP is a flow of its two Ethernet addresses and its EtherType. A
/// later fragment, which has no ports, is to a kernel program of the flow of the datagram's first one, if that came
/// before it; by itself, as here, it is one of addresses and protocol.
public struct FlowIdentity: Hashable, Sendable {
    private let words: [5 of UInt64]

    /// The flow of a packet with these fields; nil for what is not IP.
    public init?(_ fields: PacketFields) {
        guard let source = fields.source, let destination = fields.destination else { return nil }
        let ends = [
            End(source, port: fields.sourcePort ?? 0), End(destination, port: fields.destinationPort ?? 0),
        ].sorted()
        let ports = UInt64(ends[0].port) << 16 | UInt64(ends[1].port)
        let family: UInt64 = source.bitWidth == 32 ? 0 : 1 << 41
        words = [
            ends[0].high, ends[0].low, ends[1].high, ends[1].low,
            family | UInt64(fields.ipProtocol ?? 0) << 32 | ports,
        ]
    }

    /// The flow of an Ethernet frame; nil when it is shorter than its header.
    public init?(frame: RawSpan) {
        if let identity = FlowIdentity(PacketFields(frame: frame)) {
            self = identity
            return
        }
        guard frame.byteCount >= Ethernet.headerLength else { return nil }
        let destination = UInt64(frame.uint16(at: 0)) << 32 | UInt64(frame.uint32(at: 2))
        let source = UInt64(frame.uint16(at: 6)) << 32 | UInt64(frame.uint32(at: 8))
        var offset = 12
        for _ in 0..<2 where Ethernet.isTag(frame.uint16(at: offset)) {
            guard frame.remaining(from: offset) >= 6 else { break }
            offset += 4
        }
        let type = UInt64(frame.uint16(at: offset))
        words = [min(source, destination), 0, max(source, destination), 0, 1 << 40 | type]
    }

    /// The flow of an Ethernet frame; nil when it is shorter than its header.
    public init?(frame: [UInt8]) { self.init(frame: frame.span.bytes) }

    public static func == (left: FlowIdentity, right: FlowIdentity) -> Bool {
        left.words.indices.allSatisfy { left.words[$0] == right.words[$0] }
    }

    public func hash(into hasher: inout Hasher) {
        for index in words.indices { hasher.combine(words[index]) }
    }

    /// The flow's hash to mirrors with this seed: SipHash-1-3 with the seed and its complement as key.
    public func hash(seed: UInt64) -> UInt64 {
        SipHash.hash(key: (seed, ~seed), words[0], words[1], words[2], words[3], words[4])
    }

    /// Whether mirrors with this seed that sample one flow of `rate` take this one. The flows of a rate are among those
    /// of every smaller one.
    public func isSampled(oneOf rate: UInt32, seed: UInt64) -> Bool {
        rate <= 1 || hash(seed: seed) >> 32 < (UInt64(1) << 32) / UInt64(rate)
    }

    /// One end of a flow, as the kernel program orders them.
    private struct End: Comparable {
        let high: UInt64
        let low: UInt64
        let port: UInt16

        init(_ address: IPAddress, port: UInt16) {
            switch address {
            case .ipv4(let value): (high, low) = (UInt64(value) << 32, 0)
            case .ipv6(let value):
                (high, low) = (UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value))
            }
            self.port = port
        }

        static func < (left: End, right: End) -> Bool {
            (left.high, left.low, left.port) < (right.high, right.low, right.port)
        }
    }
}
