import Kernel

/// What a rule can see of a packet; the same facts, found in the same way, as user space's `PacketFields`.
struct PacketFields {
    enum Family { case none, ipv4, ipv6 }

    var family = Family.none
    /// Addresses as trie keys: IPv4 in the upper half of the first word, IPv6 in both.
    var source: (high: UInt64, low: UInt64) = (0, 0)
    var destination: (high: UInt64, low: UInt64) = (0, 0)
    var ipProtocol: UInt8 = 0
    /// Ports are there: a protocol that has them, not a later fragment, not cut short.
    var hasPorts = false
    var sourcePort: UInt16 = 0
    var destinationPort: UInt16 = 0
    var hasTCPFlags = false
    var tcpFlags: UInt8 = 0
    var isFragment = false
    var hasVLAN = false
    /// Id of the outermost tag.
    var vlan: UInt16 = 0
    /// Where the IP header (or whatever the packet is) begins.
    var networkOffset: UInt32 = 14
    /// Where the transport header would begin; 0 in later fragments and in what is not IP.
    var transportOffset: UInt32 = 0
    /// Where the IP header ends, with options and the extension headers that were walked; 0 in what is not IP.
    var networkEnd: UInt32 = 0
    /// What all fragments of a datagram have in common; 0 of others.
    var identification: UInt32 = 0

    @inline(__always)
    init(_ skb: SocketBuffer) {
        var offset: UInt32 = 12
        var tags: UInt32 = 0
        if skb.pointee.vlan_present != 0 {
            hasVLAN = true
            vlan = UInt16(truncatingIfNeeded: skb.pointee.vlan_tci & 0xfff)
            tags = 1
        }
        let data = skb_data(skb)
        guard data + 14 <= skb_data_end(skb) else { return }
        var type = UInt16(bigEndian: data.load(fromByteOffset: 12, as: UInt16.self))
        for _ in 0..<2 {
            guard tags < 2, EtherType.isVLAN(type) else { break }
            var tag: UInt32 = 0
            guard load(skb, offset &+ 2, into: &tag) else { return }
            tag = UInt32(bigEndian: tag)
            if !hasVLAN {
                hasVLAN = true
                vlan = UInt16(truncatingIfNeeded: tag >> 16) & 0xfff
            }
            type = UInt16(truncatingIfNeeded: tag)
            offset = offset &+ 4
            tags = tags &+ 1
        }
        networkOffset = offset &+ 2
        if type == EtherType.ipv4 { readIPv4(skb) } else if type == EtherType.ipv6 { readIPv6(skb) }
    }

    @inline(__always)
    private mutating func readIPv4(_ skb: SocketBuffer) {
        var header: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
        guard load(skb, networkOffset, into: &header) else { return }
        let versionAndLength = UInt32(bigEndian: header.0) >> 24
        let length = versionAndLength & 15
        guard versionAndLength >> 4 == 4, length >= 5 else { return }
        family = .ipv4
        source = (UInt64(UInt32(bigEndian: header.3)) << 32, 0)
        destination = (UInt64(UInt32(bigEndian: header.4)) << 32, 0)
        ipProtocol = UInt8(truncatingIfNeeded: UInt32(bigEndian: header.2) >> 16)
        let fragment = UInt32(bigEndian: header.1) & 0xffff
        isFragment = fragment & 0x3fff != 0
        networkEnd = networkOffset &+ length &* 4
        if isFragment { identification = UInt32(bigEndian: header.1) >> 16 }
        guard fragment & 0x1fff == 0 else { return }
        readTransport(skb, networkEnd)
    }

    @inline(__always)
    private mutating func readIPv6(_ skb: SocketBuffer) {
        var header: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
        guard load(skb, networkOffset, into: &header) else { return }
        let first = UInt64(bigEndian: header.0)
        guard first >> 60 == 6 else { return }
        family = .ipv6
        source = (UInt64(bigEndian: header.1), UInt64(bigEndian: header.2))
        destination = (UInt64(bigEndian: header.3), UInt64(bigEndian: header.4))
        var upper = UInt8(truncatingIfNeeded: first >> 8)
        var offset = networkOffset &+ 40
        networkEnd = offset
        var headers: UInt32 = 0
        while headers < 8, IPProtocol.isExtension(upper) {
            headers = headers &+ 1
            ipProtocol = upper
            var start: UInt64 = 0
            guard load(skb, offset, into: &start) else { return }
            start = UInt64(bigEndian: start)
            let following = UInt8(truncatingIfNeeded: start >> 56)
            let length = UInt32(truncatingIfNeeded: start >> 48) & 0xff
            if upper == IPProtocol.fragment {
                // With neither an offset nor more to come it is whole (RFC 6946).
                let position = UInt32(truncatingIfNeeded: start >> 32) & 0xfff9
                isFragment = position != 0
                if isFragment { identification = UInt32(truncatingIfNeeded: start) }
                if position & 0xfff8 != 0 {
                    ipProtocol = following
                    networkEnd = offset &+ 8
                    return
                }
                offset = offset &+ 8
            } else if upper == IPProtocol.authentication {
                offset = offset &+ (length &+ 2) &* 4
            } else {
                offset = offset &+ (length &+ 1) &* 8
            }
            upper = following
            networkEnd = offset
        }
        ipProtocol = upper
        guard !IPProtocol.isExtension(upper) else { return }
        readTransport(skb, offset)
    }

    @inline(__always)
    private mutating func readTransport(_ skb: SocketBuffer, _ offset: UInt32) {
        transportOffset = offset
        guard IPProtocol.hasPorts(ipProtocol) else { return }
        var ports: UInt32 = 0
        guard load(skb, offset, into: &ports) else { return }
        ports = UInt32(bigEndian: ports)
        hasPorts = true
        sourcePort = UInt16(truncatingIfNeeded: ports >> 16)
        destinationPort = UInt16(truncatingIfNeeded: ports)
        guard ipProtocol == IPProtocol.tcp else { return }
        var flags: UInt8 = 0
        guard load(skb, offset &+ 13, into: &flags) else { return }
        hasTCPFlags = true
        tcpFlags = flags
    }
}
