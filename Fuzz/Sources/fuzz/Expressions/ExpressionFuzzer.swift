@testable import Expressions
import Packets

/// Filter expressions, and behind the first zero a frame: what libpcap compiles is translated, and means the same.
enum ExpressionFuzzer: Fuzzer {
    static let name = "expression"

    static func test(_ input: UnsafeRawBufferPointer) {
        let (text, frame) = input.dividedAtZero
        do throws(ExpressionError) {
            let expression = try Expression(String(decoding: text, as: UTF8.self))
            let first = frame.first ?? 0
            // The tag is beside the bytes for half of the frames, and another one then.
            Verdicts.compare(
                expression, on: Verdicts.Frame(frame, tag: first & 2 == 0 ? nil : [0x81, 0, 0, first]))
        } catch {
            expect(!error.message.isEmpty, "refused without a reason")
        }
    }

    static let frame = FrameBuilder().ipv4(from: .ipv4(0x0a00_0001), to: .ipv4(0x0a00_0002)).udp(from: 40000, to: 53)
        .frame

    static func seeds() -> [Seed] {
        let texts = [
            "host": "host 10.0.0.1 and not port 22", "net": "net 2001:db8::/32 or net 10.0.0.0/8",
            "ports": "udp portrange 50-60 or tcp dst port 443", "vlan": "vlan 5 and (ip or arp)",
            "chain": "ip6 protochain 6", "bytes": "ip[0] & 0xf != 5 and ether[12:2] = 0x800",
            "length": "len - 14 = ip[2:2]", "geneve": "geneve 9 and tcp port 80", "mpls": "mpls 16 and mpls",
            "pppoe": "pppoes 7 and ip6", "llc": "llc rr or stp", "inbound": "inbound and icmp[icmptype] = icmp-echo",
            "ether": "ether host 02:00:00:00:00:01 and broadcast", "syntax": "tcp port (80 or",
        ]
        return texts.sorted { $0.key < $1.key }.map { Seed($0.key, Array($0.value.utf8) + [0] + frame) }
    }
}
