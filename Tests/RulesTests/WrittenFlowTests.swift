import Packets
import Rules
import TestSupport
import Testing

/// Flows in words, and the packets that they stand for.
struct WrittenFlowTests {
    private func fields(
        _ source: IPAddress, _ destination: IPAddress, _ ipProtocol: UInt8, ports: (UInt16, UInt16)? = nil,
        flags: TCPFlags? = nil, vlan: UInt16? = nil, isFragment: Bool = false
    ) -> PacketFields {
        var fields = PacketFields()
        (fields.source, fields.destination, fields.ipProtocol) = (source, destination, ipProtocol)
        (fields.sourcePort, fields.destinationPort) = (ports?.0, ports?.1)
        (fields.tcpFlags, fields.vlan, fields.isFragment) = (flags?.rawValue, vlan, isFragment)
        return fields
    }

    @Test func `a flow is the packet that it describes`() throws {
        let (one, two): (IPAddress, IPAddress) = ("10.1.2.3", "10.0.0.1")
        let (one6, two6): (IPAddress, IPAddress) = ("2001:db8::1", "::2")
        for (text, expected) in [
            ("10.1.2.3:5555 -> 10.0.0.1:443 tcp", fields(one, two, 6, ports: (5555, 443), flags: .ack)),
            ("10.1.2.3:5555->10.0.0.1:443 TCP", fields(one, two, 6, ports: (5555, 443), flags: .ack)),
            (
                "10.1.2.3:5555 -> 10.0.0.1:443 tcp vlan 7 flags syn,ack",
                fields(one, two, 6, ports: (5555, 443), flags: [.syn, .ack], vlan: 7)
            ),
            (
                "10.1.2.3:0 -> 10.0.0.1:65535 tcp flags none vlan 0",
                fields(one, two, 6, ports: (0, 65535), flags: [], vlan: 0)
            ),
            ("[2001:db8::1]:53 -> [::2]:1024 udp", fields(one6, two6, 17, ports: (53, 1024))),
            ("10.1.2.3:1 -> 10.0.0.1:2 sctp", fields(one, two, 132, ports: (1, 2))),
            ("[2001:db8::1]:1 -> [::2]:2 dccp", fields(one6, two6, 33, ports: (1, 2))),
            ("10.1.2.3:1 -> 10.0.0.1:2 udplite", fields(one, two, 136, ports: (1, 2))),
            ("10.1.2.3 -> 10.0.0.1 icmp", fields(one, two, 1)), ("10.1.2.3 -> 10.0.0.1 89", fields(one, two, 89)),
            ("2001:db8::1 -> ::2 icmp6", fields(one6, two6, 58)),
            ("[2001:db8::1] -> [::2] esp", fields(one6, two6, 50)),
            ("10.1.2.3 -> 10.0.0.1 udp fragment", fields(one, two, 17, isFragment: true)),
            ("2001:db8::1 -> ::2 tcp fragment vlan 9", fields(one6, two6, 6, vlan: 9, isFragment: true)),
        ] {
            let flow = try WrittenFlow(text)
            #expect(PacketFields(frame: flow.frame) == expected, "\(text)")
            #expect(flow.assumesFlags == (expected.tcpFlags == TCPFlags.ack.rawValue), "\(text)")
        }
    }

    @Test(arguments: [
        ("", "an end is missing"), ("10.0.0.1", "an arrow"), ("10.0.0.1 -> ", "an end is missing"),
        ("-> 10.0.0.1 tcp", "an end is missing"), ("10.0.0.1:1 10.0.0.2:2 tcp", "an arrow"),
        ("10.0.0.1:1 -> 10.0.0.2:2", "a protocol"), ("10.0.0.1:1 -> 10.0.0.2:2 tpc", "a protocol"),
        ("10.0.0.1:1 -> 10.0.0.2:2 256", "a protocol"), ("10.0.0.1 -> 10.0.0.2 tcp", "tcp has a port at both ends"),
        ("10.0.0.1:1 -> 10.0.0.2 udp", "udp has a port at both ends"),
        ("10.0.0.1:1 -> 10.0.0.2:1 icmp", "icmp has no ports"),
        ("10.0.0.1:1 -> [::1]:1 tcp", "different families"), ("[10.0.0.1]:1 -> [::1]:1 tcp", "only IPv6 addresses"),
        ("[::1:1 -> [::1]:1 tcp", "has no ]"), ("[::1]1 -> [::1]:1 tcp", "a colon"),
        ("10.0.0.1:x -> 10.0.0.2:1 tcp", "no port"),
        ("10.0.0.1: -> 10.0.0.2:1 tcp", "no port"), ("10.0.0.1:+1 -> 10.0.0.2:1 tcp", "no port"),
        ("10.0.0.1:65536 -> 10.0.0.2:1 tcp", "no port"), ("10.0.0:1 -> 10.0.0.2:1 tcp", "not an IP address"),
        ("10.0.0.1:1 -> 10.0.0.2:2 tcp vlan", "a VLAN identifier"),
        ("10.0.0.1:1 -> 10.0.0.2:2 tcp vlan 4095", "0 to 4094"),
        ("10.0.0.1:1 -> 10.0.0.2:2 tcp flags sin", "\"sin\" is no TCP flag"),
        ("10.0.0.1:1 -> 10.0.0.2:2 tcp flags", "no TCP flag"),
        ("10.0.0.1:1 -> 10.0.0.2:2 udp flags syn", "only tcp has flags"),
        ("10.0.0.1:1 -> 10.0.0.2:2 tcp vlan 1 vlan 2", "each once"),
        ("10.0.0.1:1 -> 10.0.0.2:2 tcp fast", "\"fast\" is none of"),
        ("10.0.0.1:1 -> 10.0.0.2:2 tcp fragment", "no ports or flags"), ("::1 -> ::2 icmp", "icmp cannot be"),
    ])
    func `what is no flow is refused`(text: String, words: String) {
        do throws(RulesError) {
            Issue.record("read as \(PacketFields(frame: try WrittenFlow(text).frame))")
        } catch {
            #expect(error.code == .invalidValue)
            #expect(error.message.contains(words), "\(error.message)")
            #expect(error.message.contains("write '10.1.2.3:5555 -> 10.0.0.1:443 tcp'"))
        }
    }

    @Test func `what packets are shown as is read as the same packet`() throws {
        var read = 0
        for seed in UInt64(0)..<40 {
            var generator = RuleGenerator(seed: seed, kind: .crowded)
            let rules = generator.rules(20)
            for _ in 0..<50 {
                var (fields, _) = generator.packet(near: rules)
                guard fields.source != nil, fields.ipProtocol != nil else { continue }
                guard let flow = try? WrittenFlow(fields.text) else { continue }
                read += 1
                // A flow in words is a first fragment never, and TCP always with flags.
                fields.isFragment = fields.isFragment && fields.sourcePort == nil
                if fields.ipProtocol == IPProtocol.tcp, fields.sourcePort != nil, fields.tcpFlags == nil {
                    fields.tcpFlags = 0x10
                }
                #expect(PacketFields(frame: flow.frame) == fields, "seed \(seed): \(fields.text)")
            }
        }
        #expect(read > 500, "\(read)")
    }
}
