/// How far a mirror is degraded. Each step contains the ones before it.
public struct BrakeStep: Hashable, Sendable, Codable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Copies are made as the mirror was told to.
        case off
        /// Copies are cut behind their headers.
        case shorten
        /// Only some of the flows are copied.
        case sample
        /// Nothing is copied.
        case stop
    }

    public let kind: Kind
    /// One flow of so many is copied; 1: all. Means nothing when stopped.
    public let samplingRate: UInt32
    /// Bytes of a frame that are copied at most; nil: as the mirror was told to.
    public var snapLength: UInt32? { kind == .off ? nil : Self.headers }
    public var isStopped: Bool { kind == .stop }

    /// Room for Ethernet with two VLAN tags (22), IPv6 (40) and the longest TCP header (60), and a little of what
    /// follows, such as the name of a tunnel inside.
    private static let headers: UInt32 = 128

    /// From the lightest to the heaviest; the brake goes from one to the next, in both directions.
    public static let all: [BrakeStep] = [
        .off, BrakeStep(.shorten), BrakeStep(.sample, samplingRate: 4),
        BrakeStep(.sample, samplingRate: 16), BrakeStep(.sample, samplingRate: 64), BrakeStep(.stop),
    ]

    /// Nothing is held back.
    public static let off = BrakeStep(.off)

    private init(_ kind: Kind, samplingRate: UInt32 = 1) {
        self.kind = kind
        self.samplingRate = samplingRate
    }

    public var description: String {
        let shortened = snapLength.map { "copies are cut to \($0) bytes" } ?? ""
        return switch kind {
        case .off: "off"
        case .shorten: "shorten: \(shortened)"
        case .sample: "sample: one flow of \(samplingRate) is copied, and \(shortened)"
        case .stop: "stop: nothing is copied"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case kind = "step"
        case samplingRate, snapLength
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(Kind.self, forKey: .kind)
        let rate = try container.decodeIfPresent(UInt32.self, forKey: .samplingRate)
        guard let step = Self.all.first(where: { $0.kind == kind && (kind != .sample || $0.samplingRate == rate) })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .samplingRate, in: container, debugDescription: "the brake has no such step")
        }
        self = step
    }

    /// `step`, and with it what is in force: `samplingRate` when it samples, `snapLength` unless off or stopped.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        if kind == .sample { try container.encode(samplingRate, forKey: .samplingRate) }
        if kind != .stop { try container.encodeIfPresent(snapLength, forKey: .snapLength) }
    }
}
