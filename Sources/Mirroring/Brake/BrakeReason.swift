/// Why the brake changed its step, with the numbers.
public enum BrakeReason: Hashable, Sendable, CustomStringConvertible {
    /// The interface dropped packets, or could not send them, within the time.
    case drops(interface: String, packets: UInt64, within: Duration)
    /// A queue of the interface is this full, for a second reading.
    case queue(interface: String, fill: Double, limit: Double)
    /// The CPU spends this share of its time in softirq.
    case softirq(processor: UInt32, share: Double, limit: Double)
    /// Nothing was near a limit for so long.
    case calm(Duration)

    public var description: String {
        switch self {
        case .drops(let interface, let packets, let time):
            "\(interface) dropped \(packets) packet\(packets == 1 ? "" : "s") within \(Self.milliseconds(time)) ms"
        case .queue(let interface, let fill, let limit):
            "the queue of \(interface) is \(Self.percent(fill)) % full (limit \(Self.percent(limit)) %)"
        case .softirq(let processor, let share, let limit):
            "CPU \(processor) spends \(Self.percent(share)) % of its time in softirq (limit \(Self.percent(limit)) %)"
        case .calm(let time): "calm for \(time.components.seconds) s"
        }
    }

    private static func percent(_ share: Double) -> Int { Int((share * 100).rounded()) }

    private static func milliseconds(_ time: Duration) -> Int { Int((time / .milliseconds(1)).rounded()) }
}

extension BrakeReason: Encodable {
    private enum CodingKeys: String, CodingKey {
        case reason, interface, packets, milliseconds, cpu, percent, limit, seconds
    }

    /// `reason` (`drops`, `queue`, `softirq`, `calm`) with the numbers, all integers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .drops(let interface, let packets, let time):
            try container.encode("drops", forKey: .reason)
            try container.encode(interface, forKey: .interface)
            try container.encode(packets, forKey: .packets)
            try container.encode(Self.milliseconds(time), forKey: .milliseconds)
        case .queue(let interface, let fill, let limit):
            try container.encode("queue", forKey: .reason)
            try container.encode(interface, forKey: .interface)
            try container.encode(Self.percent(fill), forKey: .percent)
            try container.encode(Self.percent(limit), forKey: .limit)
        case .softirq(let processor, let share, let limit):
            try container.encode("softirq", forKey: .reason)
            try container.encode(processor, forKey: .cpu)
            try container.encode(Self.percent(share), forKey: .percent)
            try container.encode(Self.percent(limit), forKey: .limit)
        case .calm(let time):
            try container.encode("calm", forKey: .reason)
            try container.encode(time.components.seconds, forKey: .seconds)
        }
    }
}
