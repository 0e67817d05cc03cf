import Kernel
import KernelABI

@c @implementation
func swift_write_outer_header(_ number: UInt32, _ packet: UInt32, _ frame: UInt32, _ rewritten: UInt32) -> Int64 {
    guard let target = lookup(&targets, number, as: target.self), let outer = OuterHeader(),
        let fields = lookup(&packets, 0, as: PacketFields.self),
        let order = lookup(&orders, 0, as: copy_order.self)
    else { return -1 }
    outer.take(target)
    outer.finish(target, fields, packet: packet)
    if target.pointee.gue_protocol != 0 {
        outer.setGUEProtocol(target, fields.pointee.family == .ipv4 ? IPProtocol.ipInIP : IPProtocol.ipv6InIP)
    }
    guard target.pointee.metadata != 0 else { return 0 }
    return outer.setMetadata(target, number, order, frame: frame, rewritten: rewritten != 0) ? 0 : -1
}

/// The outer header of a copy, built from its target's template in a scratch place of this CPU.
struct OuterHeader {
    private typealias Words = (
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
    )
    private let header: UnsafeMutableRawPointer
    /// The header, and room for a frame behind it.
    @inline(__always)
    var bytes: UnsafeMutableRawPointer { header }

    @inline(__always)
    init?() {
        guard let scratch = lookup(&outer_headers, 0, as: outer_header.self) else { return nil }
        header = UnsafeMutableRawPointer(scratch)
    }

    /// Stores 16 bits, which stand at an even place: `storeBytes` would do so byte by byte.
    @inline(__always)
    private static func set(_ header: UnsafeMutableRawPointer, _ offset: Int, _ value: UInt16) {
        (header + offset).assumingMemoryBound(to: UInt16.self).pointee = value.bigEndian
    }

    @inline(__always)
    private static func set(_ header: UnsafeMutableRawPointer, _ offset: Int, _ value: UInt32) {
        set(header, offset, UInt16(truncatingIfNeeded: value >> 16))
        set(header, offset + 2, UInt16(truncatingIfNeeded: value))
    }

    /// Takes over what is the same in all copies to a target.
    @inline(__always)
    func take(_ target: UnsafeMutablePointer<target>) {
        header.assumingMemoryBound(to: Words.self).pointee = UnsafeRawPointer(target).load(as: Words.self)
    }

    /// Sets what differs from copy to copy; `packet` is the length of the outer IP packet.
    @inline(__always)
    func finish(_ target: UnsafeMutablePointer<target>, _ fields: UnsafeMutablePointer<PacketFields>, packet: UInt32) {
        let sourcePort: UInt16
        if target.pointee.source_port != 0 {
            sourcePort = UInt16(truncatingIfNeeded: target.pointee.source_port)
        } else {
            sourcePort = FlowHash.sourcePort(hash: flowHash(fields))
        }
        if target.pointee.family == UInt32(AddressFamily.ipv4) {
            Self.finishIPv4(header, target, sourcePort, UInt16(truncatingIfNeeded: packet))
        } else {
            Self.finishIPv6(header, target, sourcePort, UInt16(truncatingIfNeeded: packet &- 40))
        }
    }

    @inline(__always)
    private static func finishIPv4(
        _ header: UnsafeMutableRawPointer, _ target: UnsafeMutablePointer<target>, _ sourcePort: UInt16,
        _ length: UInt16
    ) {
        let template = UnsafeRawPointer(target)
        let destinationPort = template.load(fromByteOffset: 36, as: UInt16.self)
        let ports = UInt32(sourcePort) << 16 | UInt32(UInt16(bigEndian: destinationPort))
        let mark = signature(
            UInt32(bigEndian: target.pointee.source.0), UInt32(bigEndian: target.pointee.destination.0), ports)
        let identification = UInt16(truncatingIfNeeded: mark)
        set(header, 16, length)
        set(header, 18, identification)
        // Of the template, where nothing has just been written; it has 0 for length, identification and checksum.
        var sum = UInt32(length.bigEndian) &+ UInt32(identification.bigEndian)
        for word in 0..<10 where word != 1 && word != 2 && word != 5 {
            sum &+= UInt32(template.load(fromByteOffset: 14 + word &* 2, as: UInt16.self))
        }
        set(header, 24, fold(sum).bigEndian)
        set(header, 34, sourcePort)
        set(header, 38, length &- 20)
    }

    @inline(__always)
    private static func finishIPv6(
        _ header: UnsafeMutableRawPointer, _ target: UnsafeMutablePointer<target>, _ sourcePort: UInt16,
        _ length: UInt16
    ) {
        let destinationPort = UnsafeRawPointer(target).load(fromByteOffset: 56, as: UInt16.self)
        let ports = UInt32(sourcePort) << 16 | UInt32(UInt16(bigEndian: destinationPort))
        let source = target.pointee.source
        let destination = target.pointee.destination
        let label =
            signature(
                UInt32(bigEndian: source.0 ^ source.1 ^ source.2 ^ source.3),
                UInt32(bigEndian: destination.0 ^ destination.1 ^ destination.2 ^ destination.3), ports) & 0xfffff
        set(header, 14, 0x6000_0000 | label)
        set(header, 18, length)
        set(header, 54, sourcePort)
        set(header, 58, length)
        set(header, 60, UInt16(0))
    }

    /// Writes the header in front of the packet. Headers have 1 to 128 bytes, which the verifier has to see.
    @inline(__always)
    func store(_ skb: SocketBuffer, _ length: UInt32) -> Bool {
        guard length >= 1, length <= UInt32(OUTER_HEADER_MAX) else { return false }
        return bpf_skb_store_bytes(skb, 0, header, (opaque(length &- 1) & 127) &+ 1, 0) == 0
    }

    /// Puts in the metadata (struct copy_metadata) what differs from copy to copy; the stream, the target and the
    /// option's header are in the template.
    @inline(__always)
    func setMetadata(
        _ target: UnsafeMutablePointer<target>, _ number: UInt32, _ order: UnsafeMutablePointer<copy_order>,
        frame: UInt32, rewritten: Bool
    ) -> Bool {
        guard let sequence = lookup(&sequences, number, as: UInt32.self),
            let outcome = lookup(&passage, 0, as: outcome.self)
        else { return false }
        let place = header + Int(opaque(target.pointee.metadata) & 127)
        let flags = order.pointee.flags
        let set =
            (flags & UInt32(ORDER_EGRESS) != 0 ? UInt8(METADATA_EGRESS) : 0)
            | (flags & UInt32(ORDER_SAMPLED_BY_FLOW) != 0 ? UInt8(METADATA_SAMPLED_BY_FLOW) : 0)
            | (rewritten ? UInt8(METADATA_LENGTHS_REWRITTEN) : 0)
        // Segments of one packet that were sent before this one have not been counted yet.
        let before = UInt32(truncatingIfNeeded: outcome.pointee.sent.packets)
        let time = order.pointee.time
        place.storeBytes(of: set, toByteOffset: 5, as: UInt8.self)
        Self.set(place, 6, UInt16(truncatingIfNeeded: bpf_get_smp_processor_id()))
        Self.set(place, 12, sequence.pointee)
        Self.set(place, 16, order.pointee.rule)
        Self.set(place, 20, (order.pointee.rule_sequence &+ before))
        Self.set(place, 24, frame)
        Self.set(place, 28, order.pointee.sampling_rate)
        Self.set(place, 32, UInt32(truncatingIfNeeded: time >> 32))
        Self.set(place, 36, UInt32(truncatingIfNeeded: time))
        place.storeBytes(of: UInt8(truncatingIfNeeded: order.pointee.generation), toByteOffset: 40, as: UInt8.self)
        return true
    }

    /// Sum of the outer pseudo-header; the addresses' bytes are the header's own.
    @inline(__always)
    func ipv6PseudoSum(length: UInt32) -> UInt32 {
        var sum: UInt32 = 0
        for word in 0..<16 { sum &+= UInt32(header.load(fromByteOffset: 22 + word &* 2, as: UInt16.self)) }
        sum &+= UInt32(UInt16(IPProtocol.udp).bigEndian)
        sum &+= UInt32(UInt16(truncatingIfNeeded: length).bigEndian)
        return sum
    }

    /// Byte 1 of a variant 0 GUE header: the protocol number of what follows.
    @inline(__always)
    func setGUEProtocol(_ target: UnsafeMutablePointer<target>, _ number: UInt8) {
        let offset = target.pointee.family == UInt32(AddressFamily.ipv4) ? 43 : 63
        header.storeBytes(of: number, toByteOffset: offset, as: UInt8.self)
    }
}

/// The hash by which copies spread: the same for both directions of a flow and for all fragments of a datagram.
@inline(__always)
func flowHash(_ fields: UnsafeMutablePointer<PacketFields>) -> UInt32 {
    let ported = fields.pointee.hasPorts && !fields.pointee.isFragment
    return FlowHash.hash(
        foldedSource: folded(fields.pointee.source), foldedDestination: folded(fields.pointee.destination),
        sourcePort: ported ? fields.pointee.sourcePort : 0,
        destinationPort: ported ? fields.pointee.destinationPort : 0,
        ipProtocol: fields.pointee.isFragment ? 0 : fields.pointee.ipProtocol)
}

@inline(__always)
private func folded(_ address: (high: UInt64, low: UInt64)) -> UInt32 {
    UInt32(truncatingIfNeeded: address.high >> 32 ^ address.high ^ address.low >> 32 ^ address.low)
}
