/// The bandwidth that copies would need on their way to a target, outer Ethernet headers included, when all of them are
/// sent whole: the MTU of the way, and what `--oversize` makes of it, is not looked at.
public struct TunnelDemand: Hashable, Sendable {
    public var target: String
    /// Of all that was matched.
    public var all: Amount
    /// Of what the given options let through.
    public var selected: Amount
    /// Matched packets that the tunnel cannot carry, since they are not IP.
    public var notCarried: UInt64

    /// - Parameter notIP: the part of `matched` that is not IP.
    init(_ target: Target, matched: Tally, selected: Tally, notIP: Tally) {
        self.target = target.description
        notCarried = target.carriesEverything ? 0 : notIP.packets
        var carried = (packets: 1.0, bytes: 1.0)
        if !target.carriesEverything {
            let left = Amount(notIP).share(of: Amount(matched))
            carried = (1 - left.packets, 1 - left.bytes)
        }
        func wire(_ tally: Tally) -> Amount {
            var amount = Amount(tally) * carried
            amount.bytes += amount.packets * Double(target.wireOverhead)
            return amount
        }
        all = wire(matched)
        // Of what is let through, the same part is taken not to be IP.
        self.selected = wire(selected)
    }
}
