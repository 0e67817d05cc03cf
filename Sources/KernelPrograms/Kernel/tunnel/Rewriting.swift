import Kernel
import KernelABI

/// A copy that is written anew: its outer header and what is left of its frame are put together in a scratch place of this
/// CPU, and written over the frame in one piece.
///
/// To grow a packet at its front the kernel takes a new buffer, unless there is room before it. Packets that a card has
/// received have that, and what this host sends over TCP; its datagrams have not. A frame that was cut has room enough
/// behind what is left of it, and a short one in the rest of its buffer. And what its headers have to say is written where the program reaches it without a helper.
struct Rewriting {
    /// Bytes of a frame that are left, at most.
    private static var longest: UInt32 { 512 }
    /// Bytes of a frame that is not cut, at most: beyond it a new buffer costs less than moving all of them.
    private static var longestWhole: UInt32 { 256 }

    private let skb: SocketBuffer
    private let fields: UnsafeMutablePointer<PacketFields>
    private let outer: OuterHeader
    /// Bytes of the outer header less those of the frame's own link-layer header that are left out.
    private let shift: UInt32

    @inline(__always)
    init(
        _ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>, _ outer: OuterHeader, shift: UInt32
    ) {
        self.skb = skb
        self.fields = fields
        self.outer = outer
        self.shift = shift
    }

    /// Whether a frame of `frame` bytes of which `left` are left can be sent so.
    @inline(__always)
    private func fits(_ target: UnsafeMutablePointer<target>, _ left: UInt32) -> Bool {
        // The second: an IP header has to be there at every moment.
        left <= Self.longest && left &+ shift >= least && target.pointee.header_length < UInt32(OUTER_HEADER_MAX)
    }

    @inline(__always)
    private var least: UInt32 { fields.pointee.networkOffset &+ 40 }

    /// Whether a frame of `frame` bytes of which `left` are left is to be sent so.
    ///
    /// - Parameter taken: bytes by which the packet is longer for a while.
    @inline(__always)
    func suits(
        _ target: UnsafeMutablePointer<target>, from frame: UInt32, to left: UInt32, taken: UInt32
    ) -> Bool {
        guard fits(target, left), taken <= CardChecksum.mostHeaders else { return false }
        if left &+ shift &+ taken <= frame { return true }
        guard frame <= Self.longestWhole, skb.pointee.ingress_ifindex == 0, fields.pointee.ipProtocol != IPProtocol.tcp
        else { return false }
        // Bytes that are in pages of their own would have to be brought together.
        return opaque_pointer(skb_data(skb) + Int(opaque(frame) & 511)) <= skb_data_end(skb)
    }

    /// Takes over what is left of the frame.
    @inline(__always)
    func read(_ left: UInt32, _ target: UnsafeMutablePointer<target>, stripped: UInt32) -> Bool {
        let length = (opaque(left &- stripped &- 1) & (Self.longest - 1)) &+ 1
        return bpf_skb_load_bytes(
            skb, stripped, outer.bytes + Int(opaque(target.pointee.header_length) & 127), length) == 0
    }

    /// Gives the packet the length that it will have, and `taken` bytes more; what it carries then is of no account. False
    /// when it cannot be, and the packet is what it was.
    @inline(__always)
    func resize(_ left: UInt32, from frame: UInt32, taken: UInt32) -> Bool {
        let length = left &+ shift &+ taken
        // Where the card is to put a checksum is counted from the buffer's beginning: what is not taken from it stays
        // there. It may be that of a packet in a tunnel of this host, or SCTP's.
        if taken == 0, is_left_to_card(skb, 0) != 0 { return false }
        return length == frame || bpf_skb_change_tail(skb, length, 0) == 0
    }

    /// The same where the kernel lets nobody change the packet's end, since this host has put it into a tunnel: nearly
    /// all of it is taken off in front, with what the card is to do, and as much put there as it will have.
    @inline(__always)
    func resizeInFront(_ target: UnsafeMutablePointer<target>, _ left: UInt32, from frame: UInt32) -> Bool {
        guard fits(target, left), fields.pointee.family != .none, skb.pointee.len == frame,
            frame > least, frame &- least <= CardChecksum.mostTaken,
            CardChecksum.takeFromCard(skb, fields, frame &- least)
        else { return false }
        let more = left &+ shift &- least
        return (more == 0 || bpf_skb_change_head(skb, more, 0) == 0) && is_left_to_card(skb, 0) == 0
    }

    /// Writes outer header and frame over the packet; false when the kernel refused.
    @inline(__always)
    func write(_ left: UInt32, taken: UInt32) -> Bool {
        if taken != 0, !CardChecksum.takeFromCard(skb, fields, taken) { return false }
        let length = left &+ shift
        return bpf_skb_store_bytes(skb, 0, outer.bytes, (opaque(length &- 1) & 1023) &+ 1, 0) == 0
    }

    /// Has the frame's headers say what is left of it, or completes its checksum.
    @inline(__always)
    func rewrite(_ left: UInt32, shortens: Bool, _ checksum: UInt64) {
        guard shortens || checksum != 0 else { return }
        _ = rewrite_headers(shift, left, shortens ? 1 : 0, checksum)
    }
}
