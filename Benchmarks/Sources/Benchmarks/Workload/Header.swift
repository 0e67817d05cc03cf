import Packets
import Rules

/// What rules can see of a packet that is to be made.
struct Header: Hashable {
    /// Bytes of every frame: all are of one length, so that nothing but their headers differs.
    static let frameLength = 128

    var source: IPAddress
    var destination: IPAddress
    var sourcePort: UInt16
    var destinationPort: UInt16
    var ipProtocol: UInt8

    var isIPv4: Bool { source.bitWidth == 32 }

    var frame: [UInt8] {
        let ip =
            isIPv4
            ? FrameBuilder().ipv4(from: source, to: destination) : FrameBuilder().ipv6(from: source, to: destination)
        let payload = Self.frameLength - (isIPv4 ? 34 : 54)
        switch ipProtocol {
        case IPProtocol.tcp:
            return ip.tcp(
                from: sourcePort, to: destinationPort, payload: [UInt8](repeating: 0, count: payload - 20)
            ).frame
        case IPProtocol.udp:
            return ip.udp(
                from: sourcePort, to: destinationPort, payload: [UInt8](repeating: 0, count: payload - 8)
            ).frame
        default:
            return ip.transport(ipProtocol, [8, 0] + [UInt8](repeating: 0, count: payload - 2)).frame
        }
    }

    /// A packet that a rule accepts.
    init(within rule: Rule, _ random: inout SeededGenerator) {
        let isIPv4 = ((rule.sources + rule.destinations).first?.address.bitWidth ?? 32) == 32
        source = Self.address(rule.sources, isIPv4, &random)
        destination = Self.address(rule.destinations, isIPv4, &random)
        sourcePort = Self.port(rule.sourcePorts, &random)
        destinationPort = Self.port(rule.destinationPorts, &random)
        ipProtocol = rule.protocols.first ?? IPProtocol.tcp
    }

    /// A packet whose addresses no rule of a ``RuleSet`` names.
    init(strangerOf ipProtocol: UInt8, isIPv4: Bool, _ random: inout SeededGenerator) {
        source = Self.strange(isIPv4, &random)
        destination = Self.strange(isIPv4, &random)
        sourcePort = UInt16.random(in: 1024...65535, using: &random)
        destinationPort = random.pick([53, 80, 443, 8080])
        self.ipProtocol = ipProtocol
    }

    /// Changes one thing, by little: an address to one beside the network that it is in, a port, or the protocol to the
    /// one that is wanted.
    mutating func miss(_ rule: Rule, _ random: inout SeededGenerator) {
        switch random.pick([0, 1, 2, 3]) {
        case 0: source = Self.neighbour(rule.sources.first, source)
        case 1: destination = Self.neighbour(rule.destinations.first, destination)
        case 2: sourcePort = UInt16.random(in: 1...65535, using: &random)
        default: destinationPort = UInt16.random(in: 1...65535, using: &random)
        }
    }

    private static func neighbour(_ network: CIDR?, _ address: IPAddress) -> IPAddress {
        guard let network, network.prefixLength > 0 else { return address }
        switch address {
        case .ipv4(let value): return .ipv4(value ^ 1 << UInt32(32 - network.prefixLength))
        case .ipv6(let value): return .ipv6(value ^ 1 << UInt128(128 - network.prefixLength))
        }
    }

    private static func address(_ networks: [CIDR], _ isIPv4: Bool, _ random: inout SeededGenerator) -> IPAddress {
        guard let network = networks.first else { return strange(isIPv4, &random) }
        switch network.address {
        case .ipv4(let first):
            let host = UInt32.max >> UInt32(network.prefixLength)
            return .ipv4(first | UInt32.random(in: 0...UInt32.max, using: &random) & host)
        case .ipv6(let first):
            let host = UInt128.max >> UInt128(network.prefixLength)
            return .ipv6(first | UInt128.random(in: 0...UInt128.max, using: &random) & host)
        }
    }

    private static func strange(_ isIPv4: Bool, _ random: inout SeededGenerator) -> IPAddress {
        isIPv4
            ? .ipv4(UInt32.random(in: 0x8200_0000...0xbfff_ffff, using: &random))
            : .ipv6(0x2a00 << 112 | UInt128.random(in: 0..<1 << 112, using: &random))
    }

    private static func port(_ ranges: [ClosedRange<UInt16>], _ random: inout SeededGenerator) -> UInt16 {
        UInt16.random(in: ranges.first ?? 1024...65535, using: &random)
    }
}
