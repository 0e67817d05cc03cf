import Kernel
import KernelABI

@c @implementation
func swift_encapsulate(_ skb: SocketBuffer, _ number: UInt32, _ frame: UInt32, _ left: UInt32, _ shortens: UInt32)
    -> Int64
{
    guard let target = lookup(&targets, number, as: target.self),
        let fields = lookup(&packets, 0, as: PacketFields.self)
    else { return -1 }
    let encapsulation = Encapsulation(skb: skb, target: target, fields: fields)
    return encapsulation.write(number, from: frame, to: left, shortens: shortens != 0) ? 0 : -1
}

/// A frame that is cut, given right checksums where they are missing, and put behind its outer header.
private struct Encapsulation {
    let skb: SocketBuffer
    let target: UnsafeMutablePointer<target>
    let fields: UnsafeMutablePointer<PacketFields>

    /// - Parameters:
    ///   - frame: bytes that the frame has.
    ///   - left: bytes that are left of it.
    ///   - shortens: its headers are to say what is left of it.
    /// - Returns: false when the kernel refused something.
    @inline(__always)
    func write(_ number: UInt32, from frame: UInt32, to left: UInt32, shortens: Bool) -> Bool {
        let stripped = target.pointee.ethernet == 0 ? fields.pointee.networkOffset : 0
        let shift = target.pointee.header_length &- stripped
        let packet = left &+ shift &- UInt32(ETHERNET_HEADER)
        var checksum = card_checksum(skb, frame)
        guard write_outer_header(number, packet, frame, shortens ? 1 : 0) == 0, let outer = OuterHeader() else {
            return false
        }
        var taken = checksum != 0 ? CardChecksum.taken(fields) : 0
        let rewriting = Rewriting(skb, fields, outer, shift: shift)
        // A checksum that goes over more than what is left is completed in the packet.
        var rewritten =
            (checksum == 0 || shortens || left == frame) && rewriting.suits(target, from: frame, to: left, taken: taken)
            && rewriting.read(left, target, stripped: stripped)
            && rewriting.resize(left, from: frame, taken: taken)
        if !rewritten, change_frame(skb, checksum, left, shortens ? 1 : 0, shift) != 0 {
            // Where it was left to the card the checksum is complete now.
            (checksum, taken) = (0, 0)
            guard rewriting.read(left, target, stripped: stripped), rewriting.resizeInFront(target, left, from: frame)
            else { return false }
            rewritten = true
        }
        if rewritten {
            rewriting.rewrite(left, shortens: shortens, checksum)
            guard rewriting.write(left, taken: taken) else { return false }
        } else {
            guard outer.store(skb, target.pointee.header_length) else { return false }
        }
        if target.pointee.family == UInt32(AddressFamily.ipv6), !writeUDPChecksum(outer, packet) { return false }
        return setProtocol()
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
    private func setProtocol() -> Bool {
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
