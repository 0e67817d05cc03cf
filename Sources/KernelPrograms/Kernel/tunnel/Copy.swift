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
        guard encapsulate(skb, number, frame, left, rewrites ? 1 : 0) == 0 else { return .failed(FAILED_REFUSED) }
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
