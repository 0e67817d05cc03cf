import Packets
import TestSupport

/// Frames of every shape that the field reader tells apart, by name.
enum HandMadeFrames {
    static let client: IPAddress = "10.1.2.3"
    static let server: IPAddress = "10.9.8.7"
    static let client6: IPAddress = "2001:db8::1"
    static let server6: IPAddress = "2001:db8:ffff::2"

    private static let ipv4 = FrameBuilder().ipv4(from: client, to: server)
    private static let ipv6 = FrameBuilder().ipv6(from: client6, to: server6)

    /// Every frame, whole.
    static let all: [(name: String, frame: [UInt8])] = transports + tags + ipv4Shapes + ipv6Shapes + others

    private static let transports: [(String, [UInt8])] =
        [ipv4, ipv6].flatMap { packet -> [(String, [UInt8])] in
            let ports: [UInt8] = [0x9c, 0x40, 0x01, 0xbb] + [UInt8](repeating: 0, count: 12)
            let flags = (0..<8).map { bit in
                ("flag \(bit)", packet.tcp(from: 40000, to: 443, flags: TCPFlags(rawValue: 1 << bit)).frame)
            }
            return flags + [
                ("tcp", packet.tcp(from: 40000, to: 443, flags: [.syn, .ack], payload: [1, 2, 3]).frame),
                ("udp", packet.udp(from: 40000, to: 53, payload: [1, 2, 3, 4]).frame),
                ("sctp", packet.transport(IPProtocol.sctp, ports).frame),
                ("dccp", packet.transport(IPProtocol.dccp, ports).frame),
                ("udp-lite", packet.transport(IPProtocol.udpLite, ports).frame),
                ("icmp", packet.icmp(type: 8).frame),
                ("no next header", packet.transport(IPProtocol.noNextHeader, []).frame),
                ("ip in ip", packet.transport(IPProtocol.ipv4, ipv4.tcp(from: 1, to: 2).packet).frame),
                ("unknown protocol", packet.transport(253, ports).frame),
            ]
        }

    private static let tags: [(String, [UInt8])] =
        [ipv4, ipv6].flatMap { packet -> [(String, [UInt8])] in
            let types: [UInt16] = [Ethernet.vlan, Ethernet.serviceVLAN, Ethernet.stackedVLAN]
            let packet = packet.tcp(from: 1000, to: 2000)
            let single = types.map { ("tag \($0)", packet.vlan(100, priority: 7, etherType: $0).frame) }
            let double = types.flatMap { outer in
                types.map {
                    ("tags \(outer) \($0)", packet.vlan(200, etherType: outer).vlan(300, etherType: $0).frame)
                }
            }
            return single + double + [
                ("priority tag", packet.vlan(0, priority: 5).frame),
                ("largest identifier", packet.vlan(4095, priority: 7).frame),
                ("three tags", packet.vlan(1).vlan(2).vlan(3).frame),
                ("four tags", packet.vlan(1).vlan(2).vlan(3).vlan(4).frame),
                ("an unusual tag type", packet.vlan(1, etherType: 0x9200).frame),
            ]
        }

    private static let ipv4Shapes: [(String, [UInt8])] = {
        let options = [4, 8, 20, 40].map { length in
            (
                "\(length) bytes of options",
                FrameBuilder().ipv4(from: client, to: server, options: [UInt8](repeating: 1, count: length))
                    .tcp(from: 1, to: 2).frame
            )
        }
        let fragments = [(0, true), (1, true), (1, false), (8191, false), (0x1000, true)].map { offset, more in
            (
                "fragment at \(offset), \(more ? "more" : "last")",
                FrameBuilder().ipv4(from: client, to: server, fragmentOffset: UInt16(offset), moreFragments: more)
                    .tcp(from: 1, to: 2).frame
            )
        }
        let tcp = ipv4.tcp(from: 1, to: 2).frame
        return options + fragments + [
            ("evil bit", changed(tcp, 20) { $0 | 0x80 }), ("do not fragment", changed(tcp, 20) { $0 | 0x40 }),
            ("version 5", changed(tcp, 14) { _ in 0x55 }), ("version 6 as IPv4", changed(tcp, 14) { _ in 0x65 }),
            ("header of 4 words", changed(tcp, 14) { _ in 0x44 }),
            ("header of 0 words", changed(tcp, 14) { _ in 0x40 }),
            ("header beyond the frame", changed(ipv4.udp(from: 1, to: 2).frame, 14) { _ in 0x4f }),
            ("total length 0", changed(changed(tcp, 16) { _ in 0 }, 17) { _ in 0 }),
            ("total length beyond the frame", changed(tcp, 16) { _ in 0xff }),
        ]
    }()

    private static let ipv6Shapes: [(String, [UInt8])] = {
        let numbers: [UInt8] = [0, 43, 44, 51, 60, 135, 139, 140]
        let one = numbers.map { number in ("header \(number)", chain([header(number)])) }
        let long = numbers.filter { $0 != 44 && $0 != 51 }.map { number in
            ("long header \(number)", chain([IPv6Extension(number: number, length: 264)]))
        }
        let pairs = numbers.flatMap { first in
            numbers.map { ("headers \(first) \($0)", chain([header(first), header($0)])) }
        }
        let counts = (1...10).map { count in
            ("\(count) headers", chain((0..<count).map { header(numbers.filter { $0 != 44 }[$0 % 7]) }))
        }
        let fragments: [(String, [UInt8])] = [(0, false), (0, true), (1, true), (1, false), (8191, false)].flatMap {
            offset, more in
            let fragment = IPv6Extension.fragment(offset: UInt16(offset), more: more)
            return [
                ("fragment at \(offset) \(more)", chain([fragment])),
                ("fragment at \(offset) \(more), options", chain([fragment, header(60)])),
                ("options, fragment at \(offset) \(more)", chain([header(0), fragment])),
                ("fragment at \(offset) \(more), reserved bits", changed(chain([fragment]), 57) { $0 | 6 }),
            ]
        }
        let tcp = ipv6.tcp(from: 1, to: 2).frame
        return one + long + pairs + counts + fragments + [
            ("authentication of length 0", chain([IPv6Extension(number: 51, rest: [0] + zeros(6))])),
            ("authentication of length 255", chain([IPv6Extension(number: 51, rest: [255] + zeros(1026))])),
            ("a header that goes beyond the frame", chain([IPv6Extension(number: 60, rest: [255] + zeros(6))])),
            ("version 4 as IPv6", changed(tcp, 14) { _ in 0x45 }), ("version 7", changed(tcp, 14) { _ in 0x70 }),
            ("encapsulating security payload", ipv6.transport(50, zeros(16)).frame),
        ]
    }()

    private static let others: [(String, [UInt8])] = [
        ("arp", FrameBuilder().arp(operation: 1, from: client, to: server).frame),
        ("arp in a tag", FrameBuilder().vlan(7).arp(operation: 2, from: client, to: server).frame),
        ("lldp", FrameBuilder().payload(etherType: 0x88cc, zeros(40)).frame),
        ("802.3 length", FrameBuilder().payload(etherType: 0x0026, zeros(38)).frame),
        ("zeros", zeros(60)), ("ones", [UInt8](repeating: 0xff, count: 60)),
        ("only tags", [UInt8](repeating: 0x81, count: 12) + (0..<30).flatMap { _ in [UInt8(0x81), 0] }),
    ]

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    private static func chain(_ extensions: [IPv6Extension]) -> [UInt8] {
        FrameBuilder().ipv6(from: client6, to: server6, extensions: extensions).tcp(from: 5000, to: 6000).frame
    }

    private static func header(_ number: UInt8) -> IPv6Extension {
        number == IPProtocol.fragment
            ? .fragment(offset: 0, more: false) : IPv6Extension(number: number, length: number == 51 ? 24 : 16)
    }

    private static func changed(_ frame: [UInt8], _ index: Int, _ change: (UInt8) -> UInt8) -> [UInt8] {
        var frame = frame
        frame[index] = change(frame[index])
        return frame
    }
}
