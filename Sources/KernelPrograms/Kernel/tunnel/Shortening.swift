import Kernel
import KernelABI

/// Where a copy is cut, and what its headers have to say afterwards.
///
/// A shortened copy is a whole packet again: the lengths of IP and UDP are those of what is left, and checksums are
/// right for it. Receivers that check them (Suricata, Zeek, Arkime) take it like any other.
struct Shortening {
    let skb: SocketBuffer
    let fields: UnsafeMutablePointer<PacketFields>

    @inline(__always)
    init(_ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>) {
        self.skb = skb
        self.fields = fields
    }

    /// How many of a frame's `length` bytes are left: `snaplen`, but not less than its headers.
    @inline(__always)
    func cut(_ length: UInt32, _ snaplen: UInt32) -> UInt32 {
        guard snaplen != 0 else { return length }
        var left = headerEnd(skb, fields.pointee)
        if snaplen != SNAPLEN_HEADERS, snaplen > left { left = snaplen }
        return left < length ? left : length
    }

    /// The same for a packet whose lengths are rewritten: all fragments but the last carry a multiple of eight bytes.
    @inline(__always)
    func whole(_ left: UInt32) -> UInt32 {
        guard fields.pointee.isFragment, left > fields.pointee.networkEnd else { return left }
        return fields.pointee.networkEnd &+ ((left &- fields.pointee.networkEnd) & ~7)
    }

    /// Makes the headers of an IP packet say what is left of its frame, which was cut to `length` bytes; false when the
    /// kernel refused.
    @inline(__always)
    func rewrite(_ length: UInt32) -> Bool {
        let start = fields.pointee.networkOffset
        let isIPv4 = fields.pointee.family == .ipv4
        let position = isIPv4 ? start &+ 2 : start &+ 4
        var present: UInt16 = 0
        guard load(skb, position, into: &present) else { return false }
        let left = isIPv4 ? length &- start : length &- start &- 40
        // Only padding behind the packet was cut.
        if present != 0, left >= UInt32(UInt16(bigEndian: present)) { return true }
        var said = UInt16(truncatingIfNeeded: left).bigEndian
        if isIPv4, bpf_l3_csum_replace(skb, start &+ 10, UInt64(present), UInt64(said), 2) != 0 { return false }
        guard bpf_skb_store_bytes(skb, position, &said, 2, 0) == 0 else { return false }
        return rewriteTransport(length)
    }

    @inline(__always)
    private func rewriteTransport(_ length: UInt32) -> Bool {
        let transport = fields.pointee.transportOffset
        guard transport != 0, !fields.pointee.isFragment, length > transport else { return true }
        let size = length &- transport
        let number = fields.pointee.ipProtocol
        if number == IPProtocol.udp {
            guard size >= 8 else { return true }
            var said = UInt16(truncatingIfNeeded: size).bigEndian
            guard bpf_skb_store_bytes(skb, transport &+ 4, &said, 2, 0) == 0 else { return false }
            var present: UInt16 = 0
            guard load(skb, transport &+ 6, into: &present) else { return false }
            // Sent without a checksum.
            if present == 0 { return true }
            return writeChecksum(transport &+ 6, size, pseudo(size))
        }
        if number == IPProtocol.tcp { return size < 20 || writeChecksum(transport &+ 16, size, pseudo(size)) }
        if number == IPProtocol.icmp { return size < 8 || writeChecksum(transport &+ 2, size, 0) }
        if number == IPProtocol.icmp6 { return size < 8 || writeChecksum(transport &+ 2, size, pseudo(size)) }
        return true
    }

    @inline(__always)
    private func pseudo(_ size: UInt32) -> UInt32 { pseudoSum(fields, UInt16(truncatingIfNeeded: size)) }

    @inline(__always)
    private func writeChecksum(_ position: UInt32, _ size: UInt32, _ seed: UInt32) -> Bool {
        var checksum: UInt16 = 0
        guard bpf_skb_store_bytes(skb, position, &checksum, 2, 0) == 0 else { return false }
        let sum = sum_of_bytes(skb, fields.pointee.transportOffset, size, seed)
        guard sum >= 0 else { return false }
        checksum = fold(UInt32(truncatingIfNeeded: sum))
        if checksum == 0, fields.pointee.ipProtocol == IPProtocol.udp { checksum = 0xffff }
        return bpf_skb_store_bytes(skb, position, &checksum, 2, 0) == 0
    }
}
