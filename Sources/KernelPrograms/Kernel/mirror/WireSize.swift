import Kernel
import KernelABI

/// What the wire sees of a packet: a super-packet of segmentation offload counts as its segments.
struct WireSize {
    private(set) var packets: UInt64 = 1
    /// Bytes of frames, those of a tag that the card puts in among them.
    private(set) var bytes: UInt64
    /// Bytes of such a tag in each frame.
    let tag: UInt32

    /// - Parameter fields: of a super-packet; without them only its first segment's headers count.
    @inline(__always)
    init(_ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>?) {
        let length = UInt64(skb.pointee.len)
        tag = skb.pointee.vlan_present != 0 ? 4 : 0
        bytes = length &+ UInt64(tag)
        let size = UInt64(skb.pointee.gso_size)
        guard size != 0 else { return }
        let told = UInt64(skb.pointee.gso_segs)
        packets = told != 0 ? told : (length &+ size &- 1) / size
        guard let fields, fields.pointee.transportOffset != 0 else { return }
        let headers = UInt64(headerEnd(skb, fields.pointee))
        bytes = length &+ (packets &- 1) &* headers &+ packets &* UInt64(tag)
    }

    /// Bytes that are left of all frames when each is cut to `snaplen` as the tunnel program cuts copies: not into
    /// their headers, and fragments so that their lengths can be right.
    @inline(__always)
    func bytes(cutTo snaplen: UInt32, _ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>) -> UInt64 {
        var left = headerEnd(skb, fields.pointee) &+ tag
        if snaplen != SNAPLEN_HEADERS, snaplen > left { left = snaplen }
        guard packets &* UInt64(left) < bytes else { return bytes }
        let start = fields.pointee.networkEnd &+ tag
        if fields.pointee.isFragment, left > start { left = start &+ ((left &- start) & ~7) }
        return packets &* UInt64(left)
    }
}

/// The fields of the packet that this CPU is looking at, in a map: where the verifier forgets the ways in which they can
/// be found.
@inline(__always)
func readPacketFields(_ skb: SocketBuffer) -> UnsafeMutablePointer<PacketFields>? {
    guard let search = lookup(&searches, 0, as: search.self) else { return nil }
    return readPacketFields(skb, into: search)
}

/// They are what a search begins with.
@inline(__always)
func packetFields(of search: UnsafeMutablePointer<search>) -> UnsafeMutablePointer<PacketFields> {
    UnsafeMutableRawPointer(search).assumingMemoryBound(to: PacketFields.self)
}

@inline(__always)
func readPacketFields(
    _ skb: SocketBuffer, into search: UnsafeMutablePointer<search>, ports: Bool = true
) -> UnsafeMutablePointer<PacketFields>? {
    guard MemoryLayout<PacketFields>.size <= MemoryLayout<packet_fields>.size else { return nil }
    let fields = packetFields(of: search)
    fields.pointee.read(skb, ports: ports)
    forget()
    return fields
}
