/// What rules can see of one Ethernet frame.
///
/// This is the reference for the kernel program, which repeats it step by step:
/// - Ethernet II. Up to two VLAN tags (0x8100, 0x88a8, 0x9100) are walked, `vlan` is the VID of the outermost
///   (0 for a priority tag); a tag counts when its four bytes are there. After two tags a third means: not IP.
/// - IPv4 needs 20 bytes, version 4 and a header length of at least 5 words; IPv6 needs 40 bytes and version 6.
///   Anything else is not IP: every field but `vlan` is nil.
/// - Only bytes that are there count: total length and payload length are not looked at. When an IPv4 header
///   with options goes beyond the frame, addresses and protocol are known and ports are not.
/// - IPv6: at most eight extension headers are walked (hop-by-hop 0, routing 43, fragment 44, AH 51, destination
///   options 60, mobility 135, HIP 139, shim6 140). `ipProtocol` is the number reached: of the header after the
///   last one walked, or of an extension header of which fewer than 8 bytes are there. A fragment header with
///   an offset ends the walk after it: `ipProtocol` is its next-header value.
/// - Fragments that are not the first have neither ports nor flags; the first one has them.
/// - Ports are read of TCP, UDP, DCCP, SCTP and UDP-Lite when four bytes of the header are there, TCP flags
///   when 14 bytes are.
public struct PacketFields: Hashable, Sendable {
    public var source: IPAddress?
    public var destination: IPAddress?
    public var sourcePort: UInt16?
    public var destinationPort: UInt16?
    /// IPv4 protocol or last IPv6 next-header value.
    public var ipProtocol: UInt8?
    /// VLAN identifier of the outermost tag, 0...4095.
    public var vlan: UInt16?
    /// Byte 13 of the TCP header: CWR, ECE, URG, ACK, PSH, RST, SYN, FIN from the highest bit.
    public var tcpFlags: UInt8?
    /// Whether the packet is a fragment, the first one included. An IPv6 packet whose fragment header says that
    /// it is whole (RFC 6946) is none.
    public var isFragment = false

    /// No field is known: a frame that is not IP and has no tag.
    public init() {}

    /// Reads the fields of an Ethernet frame, of whatever length.
    public init(frame: RawSpan) {
        guard frame.byteCount >= Ethernet.headerLength else { return }
        var etherType = frame.uint16(at: 12)
        var offset = Ethernet.headerLength
        for tag in 0..<2 where Ethernet.isTag(etherType) {
            guard frame.remaining(from: offset) >= Ethernet.tagLength else { return }
            if tag == 0 { vlan = frame.uint16(at: offset) & 0xfff }
            etherType = frame.uint16(at: offset + 2)
            offset += Ethernet.tagLength
        }
        switch etherType {
        case Ethernet.ipv4: readIPv4(frame, at: offset)
        case Ethernet.ipv6: readIPv6(frame, at: offset)
        default: break
        }
    }

    /// Reads the fields of an Ethernet frame, of whatever length.
    public init(frame: Span<UInt8>) {
        self.init(frame: frame.bytes)
    }

    /// Reads the fields of an Ethernet frame, of whatever length.
    public init(frame: [UInt8]) {
        self.init(frame: frame.span.bytes)
    }

    private mutating func readIPv4(_ frame: RawSpan, at start: Int) {
        guard frame.remaining(from: start) >= 20 else { return }
        let first = frame.uint8(at: start)
        guard first >> 4 == 4, first & 0xf >= 5 else { return }
        let number = frame.uint8(at: start + 9)
        source = .ipv4(frame.uint32(at: start + 12))
        destination = .ipv4(frame.uint32(at: start + 16))
        ipProtocol = number
        // Bit 13 is "more fragments", the 13 bits below are the offset (RFC 791 section 3.1).
        let fragment = frame.uint16(at: start + 6)
        isFragment = fragment & 0x3fff != 0
        guard fragment & 0x1fff == 0 else { return }
        readPorts(frame, at: start + Int(first & 0xf) * 4, of: number)
    }

    private mutating func readIPv6(_ frame: RawSpan, at start: Int) {
        guard frame.remaining(from: start) >= 40, frame.uint8(at: start) >> 4 == 6 else { return }
        source = .ipv6(frame.uint128(at: start + 8))
        destination = .ipv6(frame.uint128(at: start + 24))
        var number = frame.uint8(at: start + 6)
        var offset = start + 40
        for _ in 0..<8 where IPProtocol.isExtension(number) {
            guard frame.remaining(from: offset) >= 8 else { break }
            let next = frame.uint8(at: offset)
            let length = Int(frame.uint8(at: offset + 1))
            switch number {
            case IPProtocol.fragment:
                // 13 bits of offset, two reserved, "more fragments" (RFC 8200 section 4.5).
                let fragment = frame.uint16(at: offset + 2)
                isFragment = fragment & 0xfff9 != 0
                if fragment & 0xfff8 != 0 {
                    ipProtocol = next
                    return
                }
                offset += 8
            case IPProtocol.authentication:
                offset += (length + 2) * 4
            default:
                offset += (length + 1) * 8
            }
            number = next
        }
        ipProtocol = number
        readPorts(frame, at: offset, of: number)
    }

    private mutating func readPorts(_ frame: RawSpan, at offset: Int, of number: UInt8) {
        guard IPProtocol.hasPorts(number), frame.remaining(from: offset) >= 4 else { return }
        sourcePort = frame.uint16(at: offset)
        destinationPort = frame.uint16(at: offset + 2)
        guard number == IPProtocol.tcp, frame.remaining(from: offset) >= 14 else { return }
        tcpFlags = frame.uint8(at: offset + 13)
    }
}
