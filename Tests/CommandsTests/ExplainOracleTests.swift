import CommandTestSupport
import Foundation
import Lab
import Packets
import TestSupport
import Testing

@testable import Commands

/// Counts of `periscope explain` against those of tcpdump, which reads the same captures with the rules as filters.
@Suite struct ExplainOracleTests {
    /// A rule in the words of a rule file, and in those of pcap-filter(7).
    private struct TranslatedRule {
        var keys: [String] = []
        var terms: [String] = []

        var filter: String { terms.isEmpty ? "ether[0] >= 0" : "(" + terms.joined(separator: " and ") + ")" }

        init(_ random: inout SeededGenerator) {
            if random.once(in: 2) { network("source", "src", &random) }
            if random.once(in: 2) { network("destination", "dst", &random) }
            if random.once(in: 3) { ports("source-port", "src", &random) }
            if random.once(in: 2) { ports("destination-port", "dst", &random) }
            if random.once(in: 3) {
                let (name, number) = random.pick([("tcp", 6), ("udp", 17), ("sctp", 132), ("icmp", 1), ("icmp6", 58)])
                keys.append("protocol: \(name)")
                terms.append("((ip and ip[9] == \(number)) or (ip6 and ip6[6] == \(number)))")
            }
            if random.once(in: 4) {
                keys.append("tcp-flags: {set: [syn], unset: [ack]}")
                // tcp[...] is of IPv4 only, and of first fragments.
                terms.append("((tcp[13] & 0x12 == 2) or (ip6 and ip6[6] == 6 and ip6[53] & 0x12 == 2))")
            }
        }

        private mutating func network(_ key: String, _ way: String, _ random: inout SeededGenerator) {
            let (text, family) = random.pick([
                ("10.0.0.0/8", "ip"), ("10.1.0.0/16", "ip"), ("10.1.0.7/32", "ip"), ("192.0.2.0/30", "ip"),
                ("2001:db8::/32", "ip6"), ("2001:db8:0:1::/64", "ip6"), ("2001:db8::7/128", "ip6"),
            ])
            keys.append("\(key): \"\(text)\"")
            // Without the family, IPv4 networks would match ARP.
            terms.append("(\(family) and \(way) net \(text))")
        }

        private mutating func ports(_ key: String, _ way: String, _ random: inout SeededGenerator) {
            let text = random.pick(["53", "80", "80-443", "1024-65535", "0-79"])
            keys.append("\(key): \(text)")
            terms.append("\(way) \(text.contains("-") ? "portrange" : "port") \(text)")
        }
    }

    private func frames(_ random: inout SeededGenerator) -> [[UInt8]] {
        (0..<300).flatMap { _ -> [[UInt8]] in
            let builder: FrameBuilder
            if random.once(in: 3) {
                let all: [IPAddress] = ["2001:db8::7", "2001:db8:0:1::9", "2001:db9::1"]
                builder = FrameBuilder().ipv6(from: random.pick(all), to: random.pick(all))
            } else {
                let all: [IPAddress] = ["10.1.0.7", "10.1.0.8", "10.2.0.1", "192.0.2.2", "198.51.100.1"]
                builder = FrameBuilder().ipv4(from: random.pick(all), to: random.pick(all))
            }
            let ports: [UInt16] = [1, 53, 80, 81, 443, 444, 1024, 65535]
            let (source, destination) = (random.pick(ports), random.pick(ports))
            switch Int.random(in: 0..<9, using: &random) {
            case 0: return [builder.icmp(type: 8).frame]
            case 1: return [FrameBuilder().arp(operation: 1, from: "10.1.0.7", to: "10.1.0.8").frame]
            case 2:
                let bytes = [source, destination].flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
                return [builder.transport(IPProtocol.sctp, bytes + Array(repeating: 0, count: 8)).frame]
            case 3:
                return builder.udp(from: source, to: destination, payload: Array(repeating: 0, count: 40)).fragments(
                    of: 24)
            case 4: return [builder.udp(from: source, to: destination).frame]
            default:
                let flags: TCPFlags = random.pick([.syn, [.syn, .ack], .ack, [.syn, .psh], []])
                return [builder.tcp(from: source, to: destination, flags: flags).frame]
            }
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func `rules decide on as many packets as tcpdump finds`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let rules = (0..<6).map { _ in TranslatedRule(&random) }
        let file = rules.enumerated().map { number, rule in
            "  - {"
                + (["name: r\(number)", "action: \(number % 2 == 0 ? "mirror" : "skip")"] + rule.keys).joined(
                    separator: ", ")
                + "}\n"
        }
        let directory = try TemporaryDirectory()
        let ruleFile = try directory.write(Array(("rules:\n" + file.joined()).utf8), to: "rules.yaml")
        let packets = frames(&random)
        var capture = try directory.write(ClassicCapture.bytes(packets), to: "frames.pcap")
        if seed % 2 == 1 {
            try Tool("editcap").run("-F", "pcapng", capture, directory.path("frames.pcapng"))
            capture = directory.path("frames.pcapng")
        }
        let result = try await PeriscopeProcess.run(["explain", "--rules", ruleFile, "--pcap", capture, "--json"])
        #expect(result.status == .exited(0), "\(result.errorText)")
        let lines = try JSON.lines(result.text)
        #expect(lines.count == packets.count + 1)
        let summary = try #require(lines.last)
        var counts: [String: Int] = [:]
        for rule in summary["rules"].array { counts[rule["rule"].string ?? ""] = rule["matched"]["packets"].number }

        var earlier: [String] = []
        for (number, rule) in rules.enumerated() {
            let filter = ([rule.filter] + earlier.map { "not \($0)" }).joined(separator: " and ")
            #expect(
                try count(capture, filter) == counts["r\(number)"] ?? 0, "seed \(seed), rule \(number): \(file[number])"
            )
            earlier.append(rule.filter)
        }
        let none = try count(capture, earlier.map { "not \($0)" }.joined(separator: " and "))
        #expect(summary["unmatched"]["packets"].number == none, "seed \(seed)")
        #expect(summary["all"]["packets"].number == packets.count)
        #expect(summary["all"]["bytes"].number == packets.reduce(0) { $0 + $1.count })

        // A filter is counted the same; one that nothing can match libpcap refuses when it optimises.
        let filter = rules[0].filter
        let expected = try count(capture, filter)
        let explained = try await PeriscopeProcess.run(["explain", filter, "--pcap", capture, "--json"])
        if explained.errorText.contains("rejects all packets") {
            #expect(expected == 0, "seed \(seed): \(filter)")
        } else {
            let last = try #require(try JSON.lines(explained.text).last)
            #expect(last["rules"][0]["matched"]["packets"].number ?? 0 == expected, "seed \(seed): \(filter)")
        }
    }

    /// Packets of a capture that match, by tcpdump; unoptimised, so that filters that nothing can match are taken too.
    private func count(_ capture: String, _ filter: String) throws -> Int {
        let text = try Tool("tcpdump").run("-O", "--count", "-r", capture, filter)
        guard let number = text.split(separator: " ").first.flatMap({ Int($0) }) else { throw Unexpected(text) }
        return number
    }
}
