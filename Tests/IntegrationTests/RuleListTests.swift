import Lab
import Packets
import Rules
import TestSupport
import Testing

/// Rule files through the whole of the mirror, against the plain reference matcher.
@Suite(.serialized) struct RuleListTests {
    static let lists: [(name: String, yaml: String)] = [
        (
            "addresses of both families, the first rule wins",
            """
            rules:
              - {name: quiet, action: skip, source: [10.0.0.0/18, "2001:db8::/114"]}
              - {name: half, action: mirror, destination: 10.0.128.0/17}
              - {name: six, action: mirror, destination: "2001:db8::/112"}
              - {name: never, action: mirror, source: 192.0.2.0/24}
            """
        ),
        (
            "ports and protocols",
            """
            rules:
              - {name: low, action: mirror, protocol: [tcp, sctp], destination-port: 1-20000}
              - {name: not-these, action: skip, protocol: udp, source-port: [0-9999, 30000-39999]}
              - {name: udp, action: mirror, protocol: 17}
              - {name: ping, action: mirror, protocol: [icmp, icmpv6]}
            """
        ),
        (
            "tags and flags",
            """
            rules:
              - {name: tagged-low, action: mirror, vlan: 0-1000}
              - {name: syn, action: mirror, tcp-flags: {set: [syn], unset: [ack]}}
              - {name: untagged, action: mirror, vlan: none, protocol: udp}
              - {name: rest, action: skip}
            """
        ),
        (
            "directions",
            """
            rules:
              - {name: in-tcp, action: mirror, direction: ingress, protocol: tcp}
              - {name: out-udp, action: mirror, direction: egress, protocol: udp}
              - {name: both-icmp, action: mirror, direction: both, protocol: [icmp, icmpv6]}
            """
        ),
        (
            "two thousand rules",
            "rules:\n"
                + (0..<2000).map { number in
                    "- {name: n\(number), action: \(number % 5 == 0 ? "skip" : "mirror"), source: "
                        + "10.0.\(number % 256).0/24, destination-port: \(number * 32)-\(number * 32 + 31)}\n"
                }.joined() + "- {name: last, action: mirror, protocol: tcp}\n"
        ),
    ]

    @Test(arguments: lists.indices) func `a list selects what its rules say, first match first`(index: Int) async throws
    {
        let seed = UInt64(index + 100)
        var random = SeededGenerator(seed: seed)
        let incoming = (0..<1500).map { _ in random.frame().frame }
        let outgoing = (0..<1500).map { _ in random.frame().frame }
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(Self.lists[index].yaml.utf8), to: "rules.yaml")
        let rules = try RuleFile.load(path).rules
        try await Site.with(.dead) { site in
            for (frames, direction) in [(incoming, Direction.ingress), (outgoing, .egress)] {
                let winners = frames.map { rules.firstMatch(PacketFields(frame: $0), direction: direction) }
                var expected: [String: Int] = [:]
                var copied: [[UInt8]] = []
                for case let (frame, winner?) in zip(frames, winners) where rules.rules[winner].action == .mirror {
                    expected[rules.rules[winner].name, default: 0] += 1
                    copied.append(frame)
                }
                let arguments = ["eth0", "--rules", path, "--to", "vxlan://10.9.0.2"]
                try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                    let totals = try await MirrorProcess.during(site, arguments) { _ in
                        try await site.send(frames, from: direction == .ingress ? Site.sender : Site.mirror)
                    }
                    let matched = (totals.rules ?? []).filter { $0.matched.packets > 0 }
                    #expect(
                        Dictionary(uniqueKeysWithValues: matched.map { ($0.rule, $0.matched.packets) }) == expected,
                        "seed \(seed)")
                    #expect(totals.addsUp && totals.failed.isEmpty && totals.sent == copied.count)
                    _ = await Condition.holds { capture.count >= copied.count }
                    #expect(try CopyAtCollector.all(in: capture.frames).map(\.inner) == copied, "seed \(seed)")
                }
            }
        }
    }
}
