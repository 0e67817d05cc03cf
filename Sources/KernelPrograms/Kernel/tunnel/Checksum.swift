import Kernel

/// Bytes that one step of a sum takes, the most that bpf_csum_diff does.
private let chunk: UInt32 = 512

@c @implementation
func swift_sum_of_bytes(_ skb: SocketBuffer, _ offset: UInt32, _ length: UInt32, _ seed: UInt32) -> Int64 {
    guard let scratch = lookup(&summands, 0, as: summands.self) else { return -1 }
    let bytes = UnsafeMutableRawPointer(scratch)
    let words = bytes.assumingMemoryBound(to: UInt32.self)
    var sum = seed
    var position = offset
    var left = length
    var chunks: UInt32 = 0
    while chunks < 128 {
        chunks = chunks &+ 1
        if left >= chunk {
            guard bpf_skb_load_bytes(skb, position, bytes, chunk) == 0 else { return -1 }
            sum = UInt32(truncatingIfNeeded: bpf_csum_diff(nil, 0, words, chunk, sum))
        } else {
            guard left != 0 else { return Int64(sum) }
            let rest = (opaque(left &- 1) & (chunk - 1)) &+ 1
            // The sum goes over whole words: what the last one lacks counts as zero.
            let last = opaque(rest &- 1) & (chunk - 4)
            (bytes + Int(last)).storeBytes(of: 0, as: UInt32.self)
            guard bpf_skb_load_bytes(skb, position, bytes, rest) == 0 else { return -1 }
            sum = UInt32(truncatingIfNeeded: bpf_csum_diff(nil, 0, words, last &+ 4, sum))
        }
        guard left > chunk else { return Int64(sum) }
        left = left &- chunk
        position = position &+ chunk
    }
    return -1
}

/// The checksum of a sum, in the order of bytes in which it is stored.
@inline(__always)
func fold(_ sum: UInt32) -> UInt16 {
    var folded = (sum & 0xffff) &+ (sum >> 16)
    folded = (folded & 0xffff) &+ (folded >> 16)
    return ~UInt16(truncatingIfNeeded: folded)
}

/// The checksum of a packet whose sender left it to the network card.
struct CardChecksum {
    /// Where the checksum stands.
    private let position: UInt32
    /// Bytes that it is of, from the transport header on.
    private let size: UInt32

    /// - Parameter length: of the frame.
    /// - Returns: nil for packets whose checksum is complete, or that have none.
    ///
    /// Packets that are left to the card carry the sum of their pseudo-header in the checksum's place; others may do so
    /// too, by chance or because they are wrong, and stay as they are.
    @inline(__always)
    init?(_ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>, _ length: UInt32) {
        guard fields.pointee.transportOffset != 0, !fields.pointee.isFragment else { return nil }
        if fields.pointee.ipProtocol == IPProtocol.tcp {
            position = fields.pointee.transportOffset &+ 16
        } else if fields.pointee.ipProtocol == IPProtocol.udp {
            position = fields.pointee.transportOffset &+ 6
        } else {
            return nil
        }
        var present: UInt16 = 0
        guard load(skb, position, into: &present), let size = transportLength(skb, fields, length) else { return nil }
        self.size = size
        let pseudo = pseudoSum(fields, UInt16(truncatingIfNeeded: size))
        guard present == ~fold(pseudo), present != 0, Self.isLeftToCard(skb, position, present) else { return nil }
    }

    /// Whether the kernel leaves the checksum at `position` to the network card (CHECKSUM_PARTIAL).
    ///
    /// No field says so, but an update for a change in the payload does: the kernel applies it to complete checksums
    /// only (inet_proto_csum_replace4 in net/core/utils.c).
    @inline(__always)
    private static func isLeftToCard(_ skb: SocketBuffer, _ position: UInt32, _ present: UInt16) -> Bool {
        guard bpf_l4_csum_replace(skb, position, 0, 1, 2) == 0 else { return false }
        var updated: UInt16 = 0
        guard load(skb, position, into: &updated) else { return false }
        if updated == present { return true }
        var present = present
        _ = bpf_skb_store_bytes(skb, position, &present, 2, 0)
        return false
    }

    /// Completes it.
    @inline(__always)
    func complete(_ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>) {
        // The sum of the pseudo-header stands in the packet already.
        let sum = sum_of_bytes(skb, fields.pointee.transportOffset, size, 0)
        guard sum >= 0 else { return }
        var checksum = fold(UInt32(truncatingIfNeeded: sum))
        if checksum == 0, fields.pointee.ipProtocol == IPProtocol.udp { checksum = 0xffff }
        _ = bpf_skb_store_bytes(skb, position, &checksum, 2, 0)
    }

    /// Has the kernel no longer leave it to the card: one that is complete would be computed once more there, over
    /// itself, and be wrong.
    ///
    /// The kernel forgets about the card when bytes are taken off the front of a packet up to where its checksum is of
    /// (skb_postpull_rcsum in include/linux/skbuff.h). So the headers are taken off, and put back.
    /// - Parameter length: of the frame.
    /// - Returns: false when the kernel refused something on the way, and the packet is not what it was.
    @inline(__always)
    func takeFromCard(_ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>, _ length: UInt32) -> Bool {
        guard let scratch = lookup(&headers, 0, as: header_bytes.self) else { return false }
        let bytes = UnsafeMutableRawPointer(scratch)
        let taken = fields.pointee.transportOffset &+ 1
        // The link-layer header is moved behind what was taken.
        let changed = taken &+ 24
        guard changed <= 256 else { return true }
        // What is left has to be an IP header still.
        let least = taken &+ fields.pointee.networkOffset &+ (fields.pointee.family == .ipv4 ? 20 : 40)
        let grows = length < least
        if grows, bpf_skb_change_tail(skb, least, 0) != 0 { return false }
        guard bpf_skb_load_bytes(skb, 0, bytes, (opaque(changed &- 1) & 255) &+ 1) == 0
        else { return false }
        let wanted = fields.pointee.family == .ipv4 ? EtherType.ipv4 : EtherType.ipv6
        if skb.pointee.`protocol` != UInt32(wanted.bigEndian) {
            var type = wanted.bigEndian
            guard bpf_skb_store_bytes(skb, 12, &type, 2, 0) == 0, readProtocol(skb) else { return false }
        }
        let mode = UInt32(BPF_ADJ_ROOM_MAC.rawValue)
        guard bpf_skb_adjust_room(skb, -Int32(truncatingIfNeeded: opaque(taken) & 255), mode, 0) == 0,
            bpf_skb_change_head(skb, taken, 0) == 0,
            bpf_skb_store_bytes(skb, 0, bytes, (opaque(changed &- 1) & 255) &+ 1, 0) == 0
        else { return false }
        return !grows || bpf_skb_change_tail(skb, length, 0) == 0
    }
}

/// Bytes of the transport header and what follows it, as the IP header says; nil when the frame has fewer.
@inline(__always)
private func transportLength(_ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>, _ length: UInt32)
    -> UInt32?
{
    var said: UInt16 = 0
    let header: UInt32
    if fields.pointee.family == .ipv4 {
        guard load(skb, fields.pointee.networkOffset &+ 2, into: &said) else { return nil }
        header = fields.pointee.transportOffset &- fields.pointee.networkOffset
    } else {
        guard load(skb, fields.pointee.networkOffset &+ 4, into: &said) else { return nil }
        header = fields.pointee.transportOffset &- fields.pointee.networkOffset &- 40
    }
    let whole = UInt32(UInt16(bigEndian: said))
    guard whole > header, fields.pointee.transportOffset &+ (whole &- header) <= length else { return nil }
    return whole &- header
}

/// Sum of the pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1), in the order of bytes of the packet.
@inline(__always)
func pseudoSum(_ fields: UnsafeMutablePointer<PacketFields>, _ length: UInt16) -> UInt32 {
    var sum: UInt64 = 0
    for word in 0..<4 {
        let shift = UInt64(word) &* 16
        sum &+= fields.pointee.source.high &>> shift & 0xffff
        sum &+= fields.pointee.source.low &>> shift & 0xffff
        sum &+= fields.pointee.destination.high &>> shift & 0xffff
        sum &+= fields.pointee.destination.low &>> shift & 0xffff
    }
    sum &+= UInt64(fields.pointee.ipProtocol) &+ UInt64(length)
    sum = (sum & 0xffff) &+ (sum >> 16)
    sum = (sum & 0xffff) &+ (sum >> 16)
    return UInt32(UInt16(truncatingIfNeeded: sum).byteSwapped)
}
