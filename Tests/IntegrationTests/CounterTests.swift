import Glibc
import Lab
import Packets
import TestSupport
import Testing

/// Every packet is accounted for: matched = failed, by reason, + sent, and what was sent arrives or was lost on a link
/// that says so.
@Suite(.serialized) struct CounterTests {
    /// UDP packets, as a sender has them.
    static func packets(_ count: Int, payload: Int = 100) -> [[UInt8]] {
        (0..<count).map { number in
            FrameBuilder().ipv4(from: "192.0.2.1", to: "192.0.2.2").udp(
                from: UInt16(1024 + number % 1000), to: 53,
                payload: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: payload)
            ).frame
        }
    }

    @Test(arguments: [
        "vxlan://10.9.0.2", "vxlan://[fd09::2]?vni=77", "geneve://10.9.0.2", "geneve://[fd09::2]",
        "gue://10.9.0.2", "gue://[fd09::2]", "gue://10.9.0.2?variant=1", "gue://[fd09::2]?variant=1",
    ])
    func `what is matched is sent and received`(target: String) async throws {
        try await Site.with(.dead) { site in
            let frames = Self.packets(500)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", target]) { _ in
                    try await site.send(frames)
                }
                #expect(totals.matched == 500 && totals.sent == 500 && totals.failed.isEmpty, "\(totals)")
                #expect(totals.rules?.first?.matched.bytes == frames.reduce(0) { $0 + $1.count })
                let arrived = try await capture.wait { try CopyAtCollector.all(in: $0).count >= 500 }
                #expect(arrived)
                let copies = try CopyAtCollector.all(in: capture.frames)
                #expect(copies.count == 500)
                #expect(totals.sentBytes == copies.reduce(0) { $0 + $1.inner.count })
                let bare = target.hasPrefix("gue") ? frames.map { Array($0[14...]) } : frames
                #expect(copies.map(\.inner) == bare)
                #expect(Set(copies.map(\.vni)) == [target.hasPrefix("gue") ? nil : target.contains("77") ? 77 : 0])
            }
        }
    }

    @Test func `a target that is an interface gets the bare frames`() async throws {
        try await Site.with(.dead) { site in
            try await site.ip(in: Site.mirror, "link add ids0 type veth peer name ids1")
            for end in ["ids0", "ids1"] {
                try await site.silence(end, in: Site.mirror)
                try await site.ip(in: Site.mirror, "link set \(end) up")
            }
            let frames = NumberedTraffic.templates(seed: 5, count: 200)
            try await Capture.on("ids1", of: Site.mirror, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", "device:ids0"]) { _ in
                    try await site.send(frames)
                }
                #expect(totals.matched == 200 && totals.sent == 200, "\(totals)")
                #expect(await capture.wait { $0.count >= 200 })
                #expect(capture.frames.map(\.bytes) == frames)
            }
        }
    }

    /// What is done to the host before 300 packets are sent, and what all or all but a few of their copies fail of.
    static let troubles: [(reason: String, target: String, arguments: [String], commands: [String])] = [
        ("no-route", "vxlan://203.0.113.1", [], []),
        ("no-route", "vxlan://[2001:db8::1]", [], []),
        ("no-route", "vxlan://10.9.0.2", [], ["ip route add unreachable 10.9.0.2/32"]),
        ("no-route", "vxlan://10.9.0.2", [], ["ip route add blackhole 10.9.0.2/32"]),
        ("no-route", "geneve://[fd09::2]", [], ["ip route add prohibit fd09::2/128"]),
        ("device-down", "vxlan://10.9.0.2", ["--via", "eth2"], ["ip link set eth2 down"]),
        ("oversize", "vxlan://10.9.0.2", ["--oversize", "drop"], ["ip link set eth2 mtu 576"]),
        ("oversize", "gue://[fd09::2]", ["--oversize", "drop"], ["ip link set eth2 mtu 1280"]),
    ]

    @Test(arguments: troubles.indices) func `a failure is counted under its reason`(index: Int) async throws {
        let (reason, target, arguments, commands) = Self.troubles[index]
        try await Site.with(.dead) { site in
            for command in commands {
                try await site.run(in: Site.mirror, command.split(separator: " ").map(String.init))
            }
            let frames = Self.packets(300, payload: reason == "oversize" ? 1400 : 100)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", target] + arguments) { _ in
                    try await site.send(frames)
                }
                #expect(totals.matched == 300 && totals.failed == [reason: 300] && totals.sent == 0, "\(totals)")
                #expect(try CopyAtCollector.all(in: capture.frames).isEmpty)
            }
        }
    }

    @Test(arguments: ["vxlan://10.9.0.77", "vxlan://[fd09::77]"])
    func `copies for a neighbour that does not answer are counted`(target: String) async throws {
        try await Site.with(.dead) { site in
            let totals = try await MirrorProcess.during(site, ["eth0", "--to", target]) { _ in
                try await site.send(Self.packets(300))
            }
            #expect(totals.matched == 300 && totals.addsUp, "\(totals)")
            // A few go on to make the kernel ask; they count as sent, and are lost.
            #expect(Set(totals.failed.keys) == ["no-neighbour"] && totals.sent < 100, "\(totals)")
        }
    }

    @Test func `a tap device that is down is counted`() async throws {
        try await Site.with(.dead) { site in
            let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { mirror in
                let tap = try #require(try mirror.events().first?.tap)
                try await site.ip(in: Site.mirror, "link set \(tap) down")
                try await site.send(Self.packets(300))
            }
            #expect(totals.matched == 300 && totals.failed == ["device-down": 300], "\(totals)")
        }
    }

    @Test func `what is said to be sent is sent also when the outlet is down`() async throws {
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { mirror in
                    let tap = try #require(try mirror.events().first?.tap)
                    try await site.ip(in: Site.mirror, "link set \(tap)-out down")
                    try await site.send(Self.packets(300))
                }
                #expect(totals.matched == 300 && totals.addsUp, "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                #expect(try CopyAtCollector.all(in: capture.frames).count == totals.sent)
            }
        }
    }

    @Test func `tagged frames count with their tag`() async throws {
        try await Site.with(.dead) { site in
            var random = SeededGenerator(seed: 8)
            let frames = (0..<100).map { _ in random.frame().vlan(7).frame }
            for host in [Site.sender, Site.mirror] {
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { _ in
                    try await site.send(frames, from: host)
                }
                let bytes = frames.reduce(0) { $0 + $1.count }
                #expect(
                    totals.rules?.first?.matched.bytes == bytes && totals.sentBytes == bytes, "\(totals), not \(bytes)")
            }
        }
    }

    @Test func `what GUE cannot carry is counted`() async throws {
        try await Site.with(.dead) { site in
            let others = (0..<50).map { FrameBuilder().arp(operation: 1, from: "192.0.2.1", to: .ipv4($0)).frame }
            let totals = try await MirrorProcess.during(
                site, ["eth0", "--to", "gue://10.9.0.2", "--to", "vxlan://10.9.0.2"]
            ) { _ in
                try await site.send(Self.packets(100) + others)
            }
            let targets = try #require(totals.rules?.first?.targets)
            #expect(totals.matched == 150 && totals.addsUp, "\(totals)")
            #expect(targets[0].failed == ["not-carried": 50] && targets[0].sent.packets == 100)
            #expect(targets[1].failed.isEmpty && targets[1].sent.packets == 150)
        }
    }

    @Test(arguments: [("truncate", 9000), ("allow", 9000), ("truncate", 1500)])
    func `frames near the MTU are cut, and counted, or left whole`(oversize: String, mtu: Int) async throws {
        try await Site.with(.dead, mtu: 1500, collectorMTU: mtu) { site in
            let frames = (1420...1472).map { Self.packets(1, payload: $0)[0] }
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--to", "vxlan://10.9.0.2", "--oversize", oversize]
                ) { _ in try await site.send(frames) }
                let fitting = mtu - 20 - 8 - 8
                let tooLong = frames.count { $0.count > fitting }
                #expect(totals.sent == frames.count && totals.truncated == tooLong, "\(totals)")
                _ = try await capture.wait { try CopyAtCollector.all(in: $0).count >= frames.count }
                let copies = try CopyAtCollector.all(in: capture.frames)
                // What is cut is the packet with a shorter payload.
                #expect(
                    copies.map(\.inner) == frames.map { Self.packets(1, payload: min($0.count, fitting) - 42)[0] })
                #expect(totals.sentBytes == copies.reduce(0) { $0 + $1.inner.count })
            }
        }
    }

    @Test func `what the link loses is the difference of sent and received`() async throws {
        try await Site.with(.dead) { site in
            try await site.tc(in: Site.mirror, "qdisc add dev eth2 root tbf rate 80kbit burst 1600 limit 3000")
            let before = try await site.sentPackets(of: "eth2", in: Site.mirror)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { _ in
                    try await site.send(Self.packets(300))
                }
                #expect(totals.sent == 300)
                // What still waits in the queue leaves it.
                try await site.tc(
                    in: Site.mirror, "qdisc change dev eth2 root tbf rate 1gbit burst 100000 limit 300000")
                let left = try await site.queuedPackets(of: "eth2", in: Site.mirror)
                #expect(left.lost > 0)
                let arrived = try await capture.wait {
                    try CopyAtCollector.all(in: $0).count >= 300 - left.lost
                }
                #expect(arrived, "\(left), before \(before)")
            }
        }
    }
}
