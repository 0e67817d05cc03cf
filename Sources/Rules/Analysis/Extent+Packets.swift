import Packets

extension Extent {
    private static let portProtocols = IntervalSet(
        [IPProtocol.tcp, IPProtocol.udp, IPProtocol.dccp, IPProtocol.sctp, IPProtocol.udpLite].map {
            UInt128($0)...UInt128($0)
        })
    private static let tcp = IntervalSet([UInt128(IPProtocol.tcp)...UInt128(IPProtocol.tcp)])

    /// Leaves out what no packet can be: fields of a packet depend on each other in ways that a rule need not say.
    ///
    /// TCP flags are read only of TCP packets whose ports were read, ports only of protocols that have them, a
    /// protocol only where there are addresses; both addresses of a packet are there or not, and of one family.
    /// - Returns: What in the rule no packet can fulfil, or `nil` when some packet may.
    mutating func tighten() -> String? {
        if vlan.isEmpty { return "its VLAN identifiers are beyond 4095" }
        if let tcpFlags {
            guard tcpFlags.set.isDisjoint(with: tcpFlags.unset) else { return "a TCP flag cannot be set and not set" }
            (sourcePort.absent, destinationPort.absent) = (false, false)
            restrictProtocol(to: Self.tcp)
            if `protocol`.isEmpty { return "it names TCP flags and protocols without them" }
        }
        if !sourcePort.absent || !destinationPort.absent {
            (sourcePort.absent, destinationPort.absent) = (false, false)
            restrictProtocol(to: Self.portProtocols)
            if `protocol`.isEmpty { return "it names ports and protocols without ports" }
        }
        if !`protocol`.absent || !source.absent || !destination.absent {
            (`protocol`.absent, source.absent, destination.absent) = (false, false, false)
        }
        if source.ipv4.isEmpty || destination.ipv4.isEmpty { (source.ipv4, destination.ipv4) = (.empty, .empty) }
        if source.ipv6.isEmpty || destination.ipv6.isEmpty { (source.ipv6, destination.ipv6) = (.empty, .empty) }
        if source.isEmpty { return "its source and destination addresses are of different families" }
        return nil
    }

    private mutating func restrictProtocol(to possible: IntervalSet) {
        `protocol`.absent = false
        `protocol`.present = `protocol`.present.intersection(possible)
    }
}
