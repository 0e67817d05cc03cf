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
    init() {}

    @inline(__always)
    init(_ skb: SocketBuffer) {
        self.init()
        read(skb)
    }

    /// Finds the fields, where the packet's are to be. What a rule list has no use for may be left out.
    ///
    /// - Parameter ports: whether ports and TCP flags are wanted.
    @inline(__always)
    mutating func read(_ skb: SocketBuffer, ports: Bool = true) {
        self = PacketFields()
        var type: UInt16 = 0
        guard load(skb, 12, below: 16, into: &type) else { return }
        type = UInt16(bigEndian: type)
        if skb.pointee.vlan_present != 0 {
            hasVLAN = true
            vlan = UInt16(truncatingIfNeeded: skb.pointee.vlan_tci & 0xfff)
        }
        if EtherType.isVLAN(type) {
            guard let inner = readTags(skb) else { return }
            type = inner
        }
        if type == EtherType.ipv4 {
            readIPv4(skb, ports)
        } else if type == EtherType.ipv6 {
            readIPv6(skb, ports)
        }
    }

    /// The EtherType behind the tags that are in the packet's bytes: two tags at most, with the one that is not.
    @inline(__always)
    private mutating func readTags(_ skb: SocketBuffer) -> UInt16? {
        var tag: UInt32 = 0
        guard load(skb, 14, below: 32, into: &tag) else { return nil }
        tag = UInt32(bigEndian: tag)
        let single = hasVLAN
        if !single {
            hasVLAN = true
            vlan = UInt16(truncatingIfNeeded: tag >> 16) & 0xfff
        }
        let type = UInt16(truncatingIfNeeded: tag)
        guard !single, EtherType.isVLAN(type) else {
            networkOffset = 18
            return type
        }
        guard load(skb, 18, below: 32, into: &tag) else { return nil }
        networkOffset = 22
        return UInt16(truncatingIfNeeded: UInt32(bigEndian: tag))
    }

    @inline(__always)
    private mutating func readIPv4(_ skb: SocketBuffer, _ ports: Bool) {
        var header: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
        guard load(skb, networkOffset, below: 32, into: &header) else { return }
        let versionAndLength = UInt32(bigEndian: header.0) >> 24
        let length = versionAndLength & 15
        guard versionAndLength >> 4 == 4, length >= 5 else { return }
        family = .ipv4
        source = (UInt64(UInt32(bigEndian: header.3)) << 32, 0)
        destination = (UInt64(UInt32(bigEndian: header.4)) << 32, 0)
        ipProtocol = UInt8(truncatingIfNeeded: UInt32(bigEndian: header.2) >> 16)
        let fragment = UInt32(bigEndian: header.1) & 0xffff
        networkEnd = networkOffset &+ length &* 4
        if fragment & 0x3fff != 0 {
            isFragment = true
            identification = UInt32(bigEndian: header.1) >> 16
            guard fragment & 0x1fff == 0 else { return }
        }
        transportOffset = networkEnd
        if ports { readPorts(skb) }
    }

    @inline(__always)
    private mutating func readIPv6(_ skb: SocketBuffer, _ ports: Bool) {
        var header: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
        guard load(skb, networkOffset, below: 32, into: &header) else { return }
        let first = UInt64(bigEndian: header.0)
        guard first >> 60 == 6 else { return }
        family = .ipv6
        source = (UInt64(bigEndian: header.1), UInt64(bigEndian: header.2))
        destination = (UInt64(bigEndian: header.3), UInt64(bigEndian: header.4))
        ipProtocol = UInt8(truncatingIfNeeded: first >> 8)
        networkEnd = networkOffset &+ 40
        if IPProtocol.isExtension(ipProtocol) {
            guard readExtensions(skb) else { return }
        }
        transportOffset = networkEnd
        if ports { readPorts(skb) }
    }

    /// Walks the extension headers; false when the transport header is not to be found behind them.
    @inline(__always)
    private mutating func readExtensions(_ skb: SocketBuffer) -> Bool {
        var upper = ipProtocol
        var offset = networkEnd
        var headers: UInt32 = 0
        while headers < 8, IPProtocol.isExtension(upper) {
            headers = headers &+ 1
            ipProtocol = upper
            var start: UInt64 = 0
            guard load(skb, offset, into: &start) else { return false }
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
                    return false
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
        return !IPProtocol.isExtension(upper)
    }

    @inline(__always)
    private mutating func readPorts(_ skb: SocketBuffer) {
        guard IPProtocol.hasPorts(ipProtocol) else { return }
        var ports: UInt32 = 0
        guard loadTransport(skb, 0, into: &ports) else { return }
        ports = UInt32(bigEndian: ports)
        hasPorts = true
        sourcePort = UInt16(truncatingIfNeeded: ports >> 16)
        destinationPort = UInt16(truncatingIfNeeded: ports)
        guard ipProtocol == IPProtocol.tcp else { return }
        var flags: UInt8 = 0
        guard loadTransport(skb, 13, into: &flags) else { return }
        hasTCPFlags = true
        tcpFlags = flags
    }

    /// From the transport header, which lies near the beginning unless there are many extension headers.
    @inline(__always)
    private func loadTransport<Value: BitwiseCopyable>(
        _ skb: SocketBuffer, _ offset: UInt32, into value: inout Value
    ) -> Bool {
        let place = transportOffset &+ offset
        return place < 128 ? load(skb, place, below: 128, into: &value) : load(skb, place, into: &value)
    }
}
