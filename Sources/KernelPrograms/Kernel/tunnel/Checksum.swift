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
            let next = sum_of_chunk(skb, position, sum)
            guard next >= 0 else { return -1 }
            sum = UInt32(truncatingIfNeeded: next)
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

@c @implementation
func swift_sum_of_chunk(_ skb: SocketBuffer, _ offset: UInt32, _ seed: UInt32) -> Int64 {
    // Where it is not in a page of its own it is read in place.
    let start = opaque_pointer(skb_data(skb) + Int(opaque(offset) & 0x3fff))
    if offset <= 0x3fff, start + Int(chunk) <= skb_data_end(skb) {
        let words = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt32.self))
        return Int64(UInt32(truncatingIfNeeded: bpf_csum_diff(nil, 0, words, chunk, seed)))
    }
    guard let scratch = lookup(&summands, 0, as: UInt32.self), bpf_skb_load_bytes(skb, offset, scratch, chunk) == 0
    else { return -1 }
    return Int64(UInt32(truncatingIfNeeded: bpf_csum_diff(nil, 0, scratch, chunk, seed)))
}

/// The checksum of a sum, in the order of bytes in which it is stored.
@inline(__always)
func fold(_ sum: UInt32) -> UInt16 {
    var folded = (sum & 0xffff) &+ (sum >> 16)
    folded = (folded & 0xffff) &+ (folded >> 16)
    return ~UInt16(truncatingIfNeeded: folded)
}

/// Packets that are left to the card carry the sum of their pseudo-header in the checksum's place; others may do so
/// too, by chance or because they are wrong, and stay as they are.
@c @implementation
func swift_card_checksum(_ skb: SocketBuffer, _ length: UInt32) -> UInt64 {
    guard let fields = lookup(&packets, 0, as: PacketFields.self), fields.pointee.transportOffset != 0,
        !fields.pointee.isFragment
    else { return 0 }
    let position: UInt32
    if fields.pointee.ipProtocol == IPProtocol.tcp {
        position = fields.pointee.transportOffset &+ 16
    } else if fields.pointee.ipProtocol == IPProtocol.udp {
        position = fields.pointee.transportOffset &+ 6
    } else {
        return 0
    }
    var present: UInt16 = 0
    guard loadEarly(skb, position, into: &present),
        let size = transportLength(skb, fields, length)
    else { return 0 }
    let pseudo = pseudoSum(fields, UInt16(truncatingIfNeeded: size))
    guard present == ~fold(pseudo), present != 0, is_left_to_card(skb, position) != 0
    else { return 0 }
    return UInt64(position) << 32 | UInt64(size)
}

/// Whether the kernel leaves a checksum to the network card (CHECKSUM_PARTIAL).
///
/// No field says so, but an update for a change in the payload does: the kernel applies it to complete checksums
/// only (inet_proto_csum_replace4 in net/core/utils.c).
@c @implementation
func swift_is_left_to_card(_ skb: SocketBuffer, _ position: UInt32) -> UInt64 {
    var present: UInt16 = 0
    var updated: UInt16 = 0
    guard loadEarly(skb, position, into: &present), bpf_l4_csum_replace(skb, position, 0, 1, 2) == 0,
        loadEarly(skb, position, into: &updated)
    else { return 0 }
    if updated == present { return 1 }
    _ = bpf_skb_store_bytes(skb, position, &present, 2, 0)
    return 0
}

/// From near the beginning, mostly.
@inline(__always)
private func loadEarly(_ skb: SocketBuffer, _ position: UInt32, into value: inout UInt16) -> Bool {
    position < 256 ? load(skb, position, below: 256, into: &value) : load(skb, position, into: &value)
}

/// The checksum of a packet whose sender left it to the network card.
struct CardChecksum {
    /// Where the checksum stands.
    let position: UInt32
    /// Bytes that it is of, from the transport header on.
    let size: UInt32

    /// - Parameter found: by `card_checksum`.
    @inline(__always)
    init?(_ found: UInt64) {
        guard found != 0 else { return nil }
        position = UInt32(truncatingIfNeeded: found >> 32)
        size = UInt32(truncatingIfNeeded: found)
    }

    /// Completes it, and has the kernel no longer leave it to the card.
    ///
    /// - Parameters:
    ///   - length: of the frame.
    ///   - room: bytes by which the packet grows in front.
    /// - Returns: false when the kernel refused something on the way, and the packet is not what it was.
    @inline(__always)
    func complete(
        _ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>, _ length: UInt32, room: UInt32
    ) -> Bool {
        guard let scratch = lookup(&headers, 0, as: header_bytes.self) else { return false }
        let bytes = UnsafeMutableRawPointer(scratch)
        let taken = Self.taken(fields)
        // What is left has to be an IP header still.
        let least = taken &+ fields.pointee.networkOffset &+ (fields.pointee.family == .ipv4 ? 20 : 40)
        let grows = length < least
        if grows, bpf_skb_change_tail(skb, least, 0) != 0 { return false }
        // The sum of the pseudo-header stands in the packet already.
        let sum = sum_of_bytes(skb, fields.pointee.transportOffset, size, 0)
        guard sum >= 0 else { return false }
        var checksum = fold(UInt32(truncatingIfNeeded: sum))
        if checksum == 0, fields.pointee.ipProtocol == IPProtocol.udp { checksum = 0xffff }
        guard taken <= Self.mostHeaders else {
            // Right for whoever receives it over a link that computes nothing, which is most of them.
            return bpf_skb_store_bytes(skb, position, &checksum, 2, 0) == 0
                && (room == 0 || bpf_skb_change_head(skb, room, 0) == 0)
        }
        // The link-layer header is moved behind what is taken.
        guard bpf_skb_load_bytes(skb, 0, bytes, (opaque(taken &+ 23) & 255) &+ 1) == 0 else { return false }
        (bytes + Int(opaque(position) & 255)).storeBytes(of: checksum, as: UInt16.self)
        guard Self.takeFromCard(skb, fields, taken), bpf_skb_change_head(skb, taken &+ room, 0) == 0,
            bpf_skb_store_bytes(skb, room, bytes, (opaque(taken &+ 23) & 255) &+ 1, 0) == 0
        else { return false }
        return !grows || bpf_skb_change_tail(skb, length &+ room, 0) == 0
    }

    /// Headers may be taken off that have as many bytes.
    static var mostHeaders: UInt32 { 232 }
    /// Bytes that the kernel takes off at once, at most.
    static var mostTaken: UInt32 { 4095 }

    /// Bytes that are taken off the front of a packet: the headers before the transport header, and one more.
    @inline(__always)
    static func taken(_ fields: UnsafeMutablePointer<PacketFields>) -> UInt32 { fields.pointee.transportOffset &+ 1 }

    /// Takes `taken` bytes off the front, and has the kernel no longer leave the checksum to the card: one that is complete
    /// would be computed once more there, over itself, and be wrong.
    ///
    /// The kernel forgets about the card when bytes are taken off the front of a packet up to where its checksum is of
    /// (skb_postpull_rcsum in include/linux/skbuff.h). So the headers are taken off, and put back by the caller.
    @inline(__always)
    static func takeFromCard(_ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>, _ taken: UInt32) -> Bool
    {
        let wanted = fields.pointee.family == .ipv4 ? EtherType.ipv4 : EtherType.ipv6
        if skb.pointee.`protocol` != UInt32(wanted.bigEndian) {
            var type = wanted.bigEndian
            guard bpf_skb_store_bytes(skb, 12, &type, 2, 0) == 0, readProtocol(skb) else { return false }
        }
        let mode = UInt32(BPF_ADJ_ROOM_MAC.rawValue)
        return bpf_skb_adjust_room(skb, -Int32(truncatingIfNeeded: opaque(taken) & 4095), mode, 0) == 0
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
        guard load(skb, fields.pointee.networkOffset &+ 2, below: 32, into: &said) else { return nil }
        header = fields.pointee.transportOffset &- fields.pointee.networkOffset
    } else {
        guard load(skb, fields.pointee.networkOffset &+ 4, below: 32, into: &said) else { return nil }
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
