import Kernel
import KernelABI

@c @implementation
func swift_rewrite_headers(_ shift: UInt32, _ left: UInt32, _ shortens: UInt32, _ checksum: UInt64) -> Int64 {
    guard let scratch = lookup(&outer_headers, 0, as: outer_header.self),
        let fields = lookup(&packets, 0, as: PacketFields.self)
    else { return -1 }
    let headers = FrameHeaders(UnsafeMutableRawPointer(scratch), fields, shift: shift)
    if shortens != 0, headers.shorten(left) { return 0 }
    if let checksum = CardChecksum(checksum) { headers.complete(checksum) }
    return 0
}

/// The headers of a frame that stands in the scratch place of this CPU, where the program reaches them without a helper.
private struct FrameHeaders {
    private let bytes: UnsafeMutableRawPointer
    private let fields: UnsafeMutablePointer<PacketFields>
    private let shift: UInt32

    @inline(__always)
    init(_ bytes: UnsafeMutableRawPointer, _ fields: UnsafeMutablePointer<PacketFields>, shift: UInt32) {
        self.bytes = bytes
        self.fields = fields
        self.shift = shift
    }

    @inline(__always)
    private func place(_ offset: UInt32) -> UnsafeMutablePointer<UInt16> {
        (bytes + Int(opaque(offset &+ shift) & 1023)).assumingMemoryBound(to: UInt16.self)
    }

    /// Completes a checksum that was left to the card: the sum of the pseudo-header stands in its place.
    @inline(__always)
    func complete(_ checksum: CardChecksum) {
        write(sum(fields.pointee.transportOffset, checksum.size, 0), at: checksum.position)
    }

    /// Makes the headers of an IP packet say what is left of its frame, which is cut to `length` bytes.
    ///
    /// - Returns: false where only padding behind the packet was cut.
    @inline(__always)
    func shorten(_ length: UInt32) -> Bool {
        let start = fields.pointee.networkOffset
        let isIPv4 = fields.pointee.family == .ipv4
        let left = isIPv4 ? length &- start : length &- start &- 40
        let said = place(isIPv4 ? start &+ 2 : start &+ 4)
        let present = said.pointee
        guard present == 0 || left < UInt32(UInt16(bigEndian: present)) else { return false }
        let new = UInt16(truncatingIfNeeded: left).bigEndian
        said.pointee = new
        if isIPv4 {
            // RFC 1624, equation 3, as bpf_l3_csum_replace.
            let checksum = place(start &+ 10)
            let sum = UInt32(~checksum.pointee) &+ UInt32(~present) &+ UInt32(new)
            checksum.pointee = fold(sum)
        }
        shortenTransport(length)
        return true
    }

    @inline(__always)
    private func shortenTransport(_ length: UInt32) {
        let transport = fields.pointee.transportOffset
        guard transport != 0, !fields.pointee.isFragment, length > transport else { return }
        let size = length &- transport
        let position: UInt32
        let number = fields.pointee.ipProtocol
        if number == IPProtocol.udp {
            guard size >= 8 else { return }
            place(transport &+ 4).pointee = UInt16(truncatingIfNeeded: size).bigEndian
            // Sent without a checksum.
            if place(transport &+ 6).pointee == 0 { return }
            position = transport &+ 6
        } else if number == IPProtocol.tcp {
            guard size >= 20 else { return }
            position = transport &+ 16
        } else if number == IPProtocol.icmp || number == IPProtocol.icmp6 {
            guard size >= 8 else { return }
            position = transport &+ 2
        } else {
            return
        }
        place(position).pointee = 0
        let seed = number == IPProtocol.icmp ? 0 : pseudoSum(fields, UInt16(truncatingIfNeeded: size))
        write(sum(transport, size, seed), at: position)
    }

    /// The sum of `size` bytes of the frame. It goes over whole words: what the last one lacks counts as zero, though there
    /// may be padding.
    @inline(__always)
    private func sum(_ offset: UInt32, _ size: UInt32, _ seed: UInt32) -> UInt32 {
        let end = UnsafeMutableRawPointer(place(offset &+ size))
        let behind = end.loadUnaligned(as: UInt32.self)
        end.storeBytes(of: 0, as: UInt32.self)
        let words = UnsafeMutableRawPointer(place(offset)).assumingMemoryBound(to: UInt32.self)
        let sum = bpf_csum_diff(nil, 0, words, opaque(size &+ 3) & 1020, seed)
        end.storeBytes(of: behind, as: UInt32.self)
        return UInt32(truncatingIfNeeded: sum)
    }

    @inline(__always)
    private func write(_ sum: UInt32, at position: UInt32) {
        var checksum = fold(sum)
        if checksum == 0, fields.pointee.ipProtocol == IPProtocol.udp { checksum = 0xffff }
        place(position).pointee = checksum
    }
}
