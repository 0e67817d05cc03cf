import Kernel
import KernelABI

/// The identification of a copy's outer header: a function of its addresses and ports, by which every Periscope knows
/// a copy when it sees one. It travels in the IPv4 identification of a packet that must not be fragmented, where
/// RFC 6864 gives that field no other use, and in the IPv6 flow label, which RFC 6437 leaves to the sender.
@inline(__always)
func signature(_ source: UInt32, _ destination: UInt32, _ ports: UInt32) -> UInt32 {
    var hash = SIGNATURE_SEED ^ source
    hash = (hash ^ hash >> 15) &* 0x85eb_ca6b
    hash = hash ^ destination
    hash = (hash ^ hash >> 13) &* 0xc2b2_ae35
    hash = hash ^ ports
    hash = (hash ^ hash >> 16) &* 0x27d4_eb2f
    return hash ^ hash >> 15
}

/// Whether a packet is a copy of a Periscope, of this host (by its mark) or of another (by its signature).
@inline(__always)
func isCopy(_ skb: SocketBuffer) -> Bool {
    if skb.pointee.mark == COPY_MARK { return true }
    var type: UInt16 = 0
    guard load(skb, 12, below: 16, into: &type) else { return false }
    switch UInt16(bigEndian: type) {
    case EtherType.ipv4: return isIPv4Copy(skb, 14)
    case EtherType.ipv6: return isIPv6Copy(skb, 14)
    case 0x8100, 0x88a8:
        guard load(skb, 16, below: 32, into: &type) else { return false }
        switch UInt16(bigEndian: type) {
        case EtherType.ipv4: return isIPv4Copy(skb, 18)
        case EtherType.ipv6: return isIPv6Copy(skb, 18)
        default: return false
        }
    default: return false
    }
}

/// IPv4 without options, not to be fragmented, UDP without a checksum, and the right identification.
@inline(__always)
private func isIPv4Copy(_ skb: SocketBuffer, _ offset: UInt32) -> Bool {
    var header: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0, 0, 0)
    guard load(skb, offset, below: 32, into: &header) else { return false }
    let identification = UInt32(bigEndian: header.1) >> 16
    guard UInt32(bigEndian: header.0) >> 24 == 0x45, UInt32(bigEndian: header.1) & 0xffff == 0x4000,
        UInt32(bigEndian: header.2) >> 16 & 0xff == UInt32(IPProtocol.udp), UInt32(bigEndian: header.6) & 0xffff == 0
    else { return false }
    return signature(UInt32(bigEndian: header.3), UInt32(bigEndian: header.4), UInt32(bigEndian: header.5)) & 0xffff
        == identification
}

/// UDP right after the IPv6 header, and the right flow label.
@inline(__always)
private func isIPv6Copy(_ skb: SocketBuffer, _ offset: UInt32) -> Bool {
    var header:
        (
            UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
        ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    guard load(skb, offset, below: 32, into: &header) else { return false }
    guard UInt32(bigEndian: header.0) >> 28 == 6,
        UInt32(bigEndian: header.1) >> 8 & 0xff == UInt32(IPProtocol.udp)
    else { return false }
    let source = UInt32(bigEndian: header.2 ^ header.3 ^ header.4 ^ header.5)
    let destination = UInt32(bigEndian: header.6 ^ header.7 ^ header.8 ^ header.9)
    return signature(source, destination, UInt32(bigEndian: header.10)) & 0xfffff
        == UInt32(bigEndian: header.0) & 0xfffff
}
