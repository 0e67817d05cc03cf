import Kernel
import KernelABI

/// One copy on its way: encapsulated in place and handed to the interface of its route.
struct Copy {
    enum Fate {
        case sent
        case failed(failure)
    }

    let skb: SocketBuffer
    let target: UnsafeMutablePointer<target>
    /// Bytes of the mirrored frame (or packet, where the tunnel carries IP) that are sent.
    var length: UInt32 = 0
    /// It was shortened to fit the MTU.
    var truncated = false
    /// Bytes of the sent packet, outer Ethernet header included.
    var wireBytes: UInt32 = 0
    var verdict: Int32 = drop

    @inline(__always)
    init(_ skb: SocketBuffer, _ target: UnsafeMutablePointer<target>) {
        self.skb = skb
        self.target = target
    }

    @inline(__always)
    mutating func send(_ number: UInt32, _ order: UnsafeMutablePointer<copy_order>) -> Fate {
        let unusable = target.pointee.unusable
        if unusable != 0 { return .failed(failure(rawValue: unusable &- 1)) }
        guard let fields = readFields() else { return .failed(FAILED_REFUSED) }
        let frame = skb.pointee.len
        // A lone segment may still say that it is to be segmented; inside a tunnel that would be wrong.
        if skb.pointee.gso_size != 0, bpf_skb_change_tail(skb, frame, 0) != 0 { return .failed(FAILED_NO_MEMORY) }
        var left = Shortening(skb, fields).cut(frame, order.pointee.snaplen)
        if target.pointee.kind == UInt32(TARGET_DEVICE.rawValue) {
            let rewrites = rewritesLengths(fields, from: frame, to: &left, order)
            guard change_frame(skb, card_checksum(skb, frame), left, rewrites ? 1 : 0, 0) == 0 else {
                return .failed(FAILED_REFUSED)
            }
            return deliver(left)
        }
        var stripped: UInt32 = 0
        if target.pointee.ethernet == 0 {
            guard fields.pointee.family != .none else { return .failed(FAILED_NOT_CARRIED) }
            stripped = fields.pointee.networkOffset
        }
        var route = Route(target)
        let room = target.pointee.header_length &- UInt32(ETHERNET_HEADER)
        var packet = left &- stripped &+ room
        if target.pointee.oversize != UInt32(OVERSIZE_ALLOW.rawValue), packet > target.pointee.mtu {
            guard target.pointee.oversize == UInt32(OVERSIZE_TRUNCATE.rawValue) else { return .failed(FAILED_OVERSIZE) }
            packet = target.pointee.mtu
        }
        if case .failed(let reason) = route.find(skb, packet: &packet, number) { return .failed(reason) }
        // No frame can be cut to less than its Ethernet header.
        guard packet <= 65535, packet > room, packet &- room &+ stripped >= UInt32(ETHERNET_HEADER) else {
            return .failed(FAILED_OVERSIZE)
        }
        if packet &- room &+ stripped < left {
            left = packet &- room &+ stripped
            truncated = true
        }
        let rewrites = rewritesLengths(fields, from: frame, to: &left, order)
        length = left &- stripped
        packet = length &+ room
        var checksum = card_checksum(skb, frame)
        guard write_outer_header(number, packet, frame, rewrites ? 1 : 0) == 0, let outer = OuterHeader() else {
            return .failed(FAILED_REFUSED)
        }
        var taken = checksum != 0 ? CardChecksum.taken(fields) : 0
        let shift = target.pointee.header_length &- stripped
        let rewriting = Rewriting(skb, fields, outer, shift: shift)
        // A checksum that goes over more than what is left is completed in the packet.
        var rewritten =
            (checksum == 0 || rewrites || left == frame) && rewriting.suits(target, from: frame, to: left, taken: taken)
            && rewriting.read(left, target, stripped: stripped)
            && rewriting.resize(left, from: frame, taken: taken)
        if !rewritten, change_frame(skb, checksum, left, rewrites ? 1 : 0, shift) != 0 {
            // Where it was left to the card the checksum is complete now.
            (checksum, taken) = (0, 0)
            guard rewriting.read(left, target, stripped: stripped), rewriting.resizeInFront(target, left, from: frame)
            else { return .failed(FAILED_REFUSED) }
            rewritten = true
        }
        if rewritten {
            rewriting.rewrite(left, shortens: rewrites, checksum)
            guard rewriting.write(left, taken: taken) else { return .failed(FAILED_REFUSED) }
        } else {
            guard outer.store(skb, target.pointee.header_length) else { return .failed(FAILED_REFUSED) }
        }
        if target.pointee.family == UInt32(AddressFamily.ipv6), !writeUDPChecksum(outer, packet) {
            return .failed(FAILED_REFUSED)
        }
        guard setProtocol(fields) else { return .failed(FAILED_REFUSED) }
        wireBytes = packet &+ UInt32(ETHERNET_HEADER)
        skb.pointee.mark = COPY_MARK
        verdict = route.redirect()
        return .sent
    }

    /// Whether the lengths in a frame that is cut to `left` bytes are to be right then; `left` may become less for it.
    @inline(__always)
    private func rewritesLengths(
        _ fields: UnsafeMutablePointer<PacketFields>, from frame: UInt32, to left: inout UInt32,
        _ order: UnsafeMutablePointer<copy_order>
    ) -> Bool {
        guard left < frame, order.pointee.flags & UInt32(ORDER_KEEP_LENGTHS) == 0, fields.pointee.family != .none,
            left >= fields.pointee.networkEnd
        else { return false }
        left = Shortening(skb, fields).whole(left)
        return true
    }

    @inline(__always)
    private func readFields() -> UnsafeMutablePointer<PacketFields>? {
        guard MemoryLayout<PacketFields>.size <= MemoryLayout<packet_fields>.size,
            let fields = lookup(&packets, 0, as: PacketFields.self)
        else { return nil }
        fields.pointee.read(skb)
        forget()
        return fields
    }

    /// The bare frame to a local interface.
    @inline(__always)
    private mutating func deliver(_ left: UInt32) -> Fate {
        length = left
        wireBytes = left
        skb.pointee.mark = COPY_MARK
        verdict = Int32(truncatingIfNeeded: bpf_redirect(target.pointee.ifindex, 0))
        return .sent
    }

    /// UDP over IPv6 has a checksum (RFC 8200 section 8.1), over everything that follows.
    @inline(__always)
    private func writeUDPChecksum(_ outer: OuterHeader, _ packet: UInt32) -> Bool {
        let start: UInt32 = 14 + 40
        let sum = sum_of_bytes(skb, start, packet &- 40, outer.ipv6PseudoSum(length: packet &- 40))
        guard sum >= 0 else { return false }
        var checksum = fold(UInt32(truncatingIfNeeded: sum))
        if checksum == 0 { checksum = 0xffff }
        return bpf_skb_store_bytes(skb, start &+ 6, &checksum, 2, 0) == 0
    }

    /// Makes the kernel see the outer packet's protocol, by which redirection finds its neighbour.
    @inline(__always)
    private func setProtocol(_ fields: UnsafeMutablePointer<PacketFields>) -> Bool {
        let wanted = target.pointee.family == UInt32(AddressFamily.ipv6) ? EtherType.ipv6 : EtherType.ipv4
        return skb.pointee.`protocol` == UInt32(wanted.bigEndian) || readProtocol(skb)
    }
}

/// Has the kernel read a packet's protocol anew from its bytes, which taking a VLAN tag off is the one operation to do.
/// Two tags go on (the second moves the first into the bytes) and come off again.
@inline(__always)
func readProtocol(_ skb: SocketBuffer) -> Bool {
    let tag = UInt16(0x8100).bigEndian
    return bpf_skb_vlan_push(skb, tag, 1) == 0 && bpf_skb_vlan_push(skb, tag, 1) == 0 && bpf_skb_vlan_pop(skb) == 0
        && bpf_skb_vlan_pop(skb) == 0
}

/// Address families as the kernel numbers them on Linux.
enum AddressFamily {
    static var ipv4: UInt8 { 2 }
    static var ipv6: UInt8 { 10 }
}

@c @implementation
func swift_change_frame(_ skb: SocketBuffer, _ checksum: UInt64, _ left: UInt32, _ shortens: UInt32, _ room: UInt32)
    -> Int64
{
    guard let fields = lookup(&packets, 0, as: PacketFields.self) else { return -1 }
    let frame = skb.pointee.len
    if left == frame {
        if let checksum = CardChecksum(checksum) { return checksum.complete(skb, fields, frame, room: room) ? 0 : -1 }
    } else {
        if let checksum = CardChecksum(checksum), !checksum.complete(skb, fields, frame, room: 0) { return -1 }
        guard bpf_skb_change_tail(skb, left, 0) == 0 else { return -1 }
        if shortens != 0, !Shortening(skb, fields).rewrite(left) { return -1 }
    }
    return room == 0 ? 0 : Int64(bpf_skb_change_head(skb, room, 0))
}
