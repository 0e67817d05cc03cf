import Packets
import Rules

/// The packets that programs with one rule list are run on, of several kinds.
struct Traffic {
    /// What packets have in common, in the order of reports.
    enum Kind: CaseIterable {
        case notIP, stranger, near, ipv6, match

        var title: String {
            switch self {
            case .notIP: "not IP"
            case .stranger: "TCP/IPv4, no rule's address"
            case .near: "TCP/IPv4, near miss"
            case .ipv6: "UDP/IPv6, no match"
            case .match: "match"
            }
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Packets of a kind that are run one after the other, so that no lucky one decides.
    static let several = 8
    /// Packets of different flows that a program is run on in turn.
    static let many = 1024

    private let packets: [Kind: [[UInt8]]]
    /// IPv4 only: `many` near misses of TCP, and as many that match.
    let manyMisses: [[UInt8]]
    let manyMatches: [[UInt8]]

    subscript(kind: Kind) -> [[UInt8]] { packets[kind] ?? [] }

    /// Draws packets for a rule list.
    ///
    /// - Parameter matches: whether some rule accepts a packet.
    init(for rules: [Rule], matches: (PacketFields) -> Bool) throws {
        var random = SeededGenerator(seed: RuleSet.seed ^ UInt64(rules.count) << 16)
        func isMatch(_ header: Header) -> Bool { matches(PacketFields(frame: header.frame)) }
        let ipv4 = rules.filter { ($0.sources + $0.destinations).allSatisfy { $0.address.bitWidth == 32 } }
        let ipv6 = rules.filter { ($0.sources + $0.destinations).allSatisfy { $0.address.bitWidth == 128 } }

        func nearMisses(_ rules: [Rule], _ ipProtocol: UInt8, _ count: Int) throws -> [[UInt8]] {
            try (0..<count).map { _ in
                for _ in 0..<10_000 {
                    let rule = random.pick(rules)
                    var header = Header(within: rule, &random)
                    header.miss(rule, &random)
                    header.ipProtocol = ipProtocol
                    if !isMatch(header) { return header.frame }
                }
                throw Failure(description: "the \(rules.count) rules leave no room for near misses")
            }
        }
        func matching(_ rules: [Rule], _ count: Int) throws -> [[UInt8]] {
            try (0..<count).map { _ in
                let header = Header(within: random.pick(rules), &random)
                guard isMatch(header) else { throw Failure(description: "\(header) does not match") }
                return header.frame
            }
        }
        let strangers6 = Self.strangers(IPProtocol.udp, isIPv4: false, &random)
        let half = Self.several / 2
        packets = [
            .notIP: Self.notIP,
            .stranger: Self.strangers(IPProtocol.tcp, isIPv4: true, &random),
            .near: try nearMisses(ipv4, IPProtocol.tcp, Self.several),
            .ipv6: ipv6.isEmpty
                ? strangers6 : try Array(strangers6.prefix(half)) + nearMisses(ipv6, IPProtocol.udp, half),
            .match: try matching(rules, Self.several),
        ]
        manyMisses = try nearMisses(ipv4, IPProtocol.tcp, Self.many)
        manyMatches = try matching(ipv4, Self.many)
    }

    /// ARP requests.
    static var notIP: [[UInt8]] { (0..<several).map(arp) }

    /// Packets between addresses that no rule names.
    static func strangers(_ ipProtocol: UInt8, isIPv4: Bool, _ random: inout SeededGenerator) -> [[UInt8]] {
        (0..<several).map { _ in Header(strangerOf: ipProtocol, isIPv4: isIPv4, &random).frame }
    }

    private static func arp(_ number: Int) -> [UInt8] {
        let (from, to) = (IPAddress.ipv4(0xc000_0201), IPAddress.ipv4(0xc000_0210 + UInt32(number)))
        let frame = FrameBuilder().arp(operation: 1, from: from, to: to).frame
        return frame + [UInt8](repeating: 0, count: Header.frameLength - frame.count)
    }
}
