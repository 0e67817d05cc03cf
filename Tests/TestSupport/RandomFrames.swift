public import Packets

extension SeededGenerator {
    /// An address out of a few, so that random packets meet random rules.
    public mutating func address(version: Int) -> IPAddress {
        if version == 4 { return .ipv4(0x0a00_0000 | UInt32.random(in: 0...0xffff, using: &self)) }
        return .ipv6(0x2001_0db8 << 96 | UInt128(UInt32.random(in: 0...0xffff, using: &self)))
    }

    /// A well-formed frame: up to two VLAN tags, IPv4 with options or IPv6 with extension headers, a transport.
    public mutating func frame() -> FrameBuilder {
        var builder = FrameBuilder()
        for tag in 0..<Int.random(in: 0...2, using: &self) {
            builder = builder.vlan(
                UInt16.random(in: 0...4095, using: &self),
                etherType: tag == 0 && once(in: 2) ? Ethernet.serviceVLAN : Ethernet.vlan)
        }
        let version = Bool.random(using: &self) ? 4 : 6
        let (source, destination) = (address(version: version), address(version: version))
        if version == 4 {
            let options = [UInt8](repeating: 1, count: 4 * Int.random(in: 0...10, using: &self))
            builder = builder.ipv4(from: source, to: destination, options: once(in: 3) ? options : [])
        } else {
            let numbers = [IPProtocol.hopByHop, IPProtocol.destinationOptions, IPProtocol.routing]
            let extensions = numbers.filter { _ in once(in: 4) }.map { IPv6Extension(number: $0, length: 8) }
            builder = builder.ipv6(from: source, to: destination, extensions: extensions)
        }
        let ports = (UInt16.random(in: 1...65535, using: &self), UInt16.random(in: 1...65535, using: &self))
        let payload = bytes(Int.random(in: 0...64, using: &self))
        switch Int.random(in: 0..<4, using: &self) {
        case 0:
            let flags = TCPFlags(rawValue: UInt8.random(in: 0...255, using: &self))
            return builder.tcp(from: ports.0, to: ports.1, flags: flags, payload: payload)
        case 1: return builder.udp(from: ports.0, to: ports.1, payload: payload)
        case 2: return builder.icmp(type: version == 4 ? 8 : 128, rest: [0, 1, 0, 2] + payload)
        default:
            // Verification tag and checksum are not computed: both zero.
            let header = ports.0.bigEndianBytes + ports.1.bigEndianBytes + [UInt8](repeating: 0, count: 8)
            return builder.transport(IPProtocol.sctp, header + payload)
        }
    }
}
