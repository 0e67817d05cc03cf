import Kernel
import KernelABI

/// The outer header of a copy, built on the stack from its target's template.
struct OuterHeader {
    private var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    @inline(__always)
    init(_ target: UnsafeMutablePointer<target>) {
        words = UnsafeRawPointer(target).load(
            as: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64).self)
    }

    /// Sets what differs from copy to copy; `packet` is the length of the outer IP packet.
    @inline(__always)
    mutating func finish(_ target: UnsafeMutablePointer<target>, _ fields: PacketFields, packet: UInt32) {
        let sourcePort: UInt16
        if target.pointee.source_port != 0 {
            sourcePort = UInt16(truncatingIfNeeded: target.pointee.source_port)
        } else {
            sourcePort = FlowHash.sourcePort(hash: flowHash(fields))
        }
        withUnsafeMutableBytes(of: &words) { bytes in
            guard let header = bytes.baseAddress else { return }
            if target.pointee.family == UInt32(AddressFamily.ipv4) {
                Self.finishIPv4(header, target, sourcePort, UInt16(truncatingIfNeeded: packet))
            } else {
                Self.finishIPv6(header, target, sourcePort, UInt16(truncatingIfNeeded: packet &- 40))
            }
        }
    }

    @inline(__always)
    private static func finishIPv4(
        _ header: UnsafeMutableRawPointer, _ target: UnsafeMutablePointer<target>, _ sourcePort: UInt16,
        _ length: UInt16
    ) {
        let destinationPort = header.load(fromByteOffset: 36, as: UInt16.self)
        let ports = UInt32(sourcePort) << 16 | UInt32(UInt16(bigEndian: destinationPort))
        let mark = signature(
            UInt32(bigEndian: target.pointee.source.0), UInt32(bigEndian: target.pointee.destination.0), ports)
        let identification = UInt16(truncatingIfNeeded: mark)
        header.storeBytes(of: length.bigEndian, toByteOffset: 16, as: UInt16.self)
        header.storeBytes(of: identification.bigEndian, toByteOffset: 18, as: UInt16.self)
        header.storeBytes(of: 0, toByteOffset: 24, as: UInt16.self)
        var sum: UInt32 = 0
        for word in 0..<10 { sum &+= UInt32(header.load(fromByteOffset: 14 + word &* 2, as: UInt16.self)) }
        header.storeBytes(of: fold(sum), toByteOffset: 24, as: UInt16.self)
        header.storeBytes(of: sourcePort.bigEndian, toByteOffset: 34, as: UInt16.self)
        header.storeBytes(of: (length &- 20).bigEndian, toByteOffset: 38, as: UInt16.self)
    }

    @inline(__always)
    private static func finishIPv6(
        _ header: UnsafeMutableRawPointer, _ target: UnsafeMutablePointer<target>, _ sourcePort: UInt16,
        _ length: UInt16
    ) {
        let destinationPort = header.load(fromByteOffset: 56, as: UInt16.self)
        let ports = UInt32(sourcePort) << 16 | UInt32(UInt16(bigEndian: destinationPort))
        let source = target.pointee.source
        let destination = target.pointee.destination
        let label =
            signature(
                UInt32(bigEndian: source.0 ^ source.1 ^ source.2 ^ source.3),
                UInt32(bigEndian: destination.0 ^ destination.1 ^ destination.2 ^ destination.3), ports) & 0xfffff
        header.storeBytes(
            of: UInt16(truncatingIfNeeded: 0x6000 | label >> 16).bigEndian, toByteOffset: 14, as: UInt16.self)
        header.storeBytes(of: UInt16(truncatingIfNeeded: label).bigEndian, toByteOffset: 16, as: UInt16.self)
        header.storeBytes(of: length.bigEndian, toByteOffset: 18, as: UInt16.self)
        header.storeBytes(of: sourcePort.bigEndian, toByteOffset: 54, as: UInt16.self)
        header.storeBytes(of: length.bigEndian, toByteOffset: 58, as: UInt16.self)
        header.storeBytes(of: 0, toByteOffset: 60, as: UInt16.self)
    }

    /// Writes the header in front of the packet. Headers have 16 to 79 bytes, which the verifier has to see.
    @inline(__always)
    mutating func store(_ skb: SocketBuffer, _ length: UInt32) -> Bool {
        guard length >= 16, length < 80 else { return false }
        return bpf_skb_store_bytes(skb, 0, &words, (opaque(length &- 16) & 63) &+ 16, 0) == 0
    }

    /// Sum of the outer pseudo-header; the addresses' bytes are the header's own.
    @inline(__always)
    mutating func ipv6PseudoSum(length: UInt32) -> UInt32 {
        withUnsafeMutableBytes(of: &words) { bytes in
            guard let header = bytes.baseAddress else { return 0 }
            var sum: UInt32 = 0
            for word in 0..<16 { sum &+= UInt32(header.load(fromByteOffset: 22 + word &* 2, as: UInt16.self)) }
            sum &+= UInt32(UInt16(IPProtocol.udp).bigEndian)
            sum &+= UInt32(UInt16(truncatingIfNeeded: length).bigEndian)
            return sum
        }
    }

    /// Byte 1 of a variant 0 GUE header: the protocol number of what follows.
    @inline(__always)
    mutating func setGUEProtocol(_ target: UnsafeMutablePointer<target>, _ number: UInt8) {
        withUnsafeMutableBytes(of: &words) { bytes in
            guard let header = bytes.baseAddress else { return }
            let offset = target.pointee.family == UInt32(AddressFamily.ipv4) ? 43 : 63
            header.storeBytes(of: number, toByteOffset: offset, as: UInt8.self)
        }
    }
}

/// The hash by which copies spread: the same for both directions of a flow and for all fragments of a datagram.
@inline(__always)
func flowHash(_ fields: PacketFields) -> UInt32 {
    let ported = fields.hasPorts && !fields.isFragment
    return FlowHash.hash(
        foldedSource: folded(fields.source), foldedDestination: folded(fields.destination),
        sourcePort: ported ? fields.sourcePort : 0, destinationPort: ported ? fields.destinationPort : 0,
        ipProtocol: fields.isFragment ? 0 : fields.ipProtocol)
}

@inline(__always)
private func folded(_ address: (high: UInt64, low: UInt64)) -> UInt32 {
    UInt32(truncatingIfNeeded: address.high >> 32 ^ address.high ^ address.low >> 32 ^ address.low)
}
