/// Packets and bytes of which there need not be whole numbers: what may be expected, or a share of something.
public struct Amount: Hashable, Sendable {
    public var packets: Double
    public var bytes: Double

    public init(packets: Double = 0, bytes: Double = 0) {
        self.packets = packets
        self.bytes = bytes
    }

    public init(_ tally: Tally) { self.init(packets: Double(tally.packets), bytes: Double(tally.bytes)) }

    /// How much there is in each second, when all of it came in so many.
    public func perSecond(over seconds: Double) -> (packets: Double, bits: Double) {
        seconds > 0 ? (packets / seconds, bytes * 8 / seconds) : (0, 0)
    }

    /// Which part of `whole` it is, from 0 to 1; 0 of nothing.
    public func share(of whole: Amount) -> (packets: Double, bytes: Double) {
        (whole.packets > 0 ? packets / whole.packets : 0, whole.bytes > 0 ? bytes / whole.bytes : 0)
    }

    static func += (left: inout Amount, right: Amount) {
        left.packets += right.packets
        left.bytes += right.bytes
    }

    static func * (left: Amount, right: (packets: Double, bytes: Double)) -> Amount {
        Amount(packets: left.packets * right.packets, bytes: left.bytes * right.bytes)
    }
}
