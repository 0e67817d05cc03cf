import Lab
import Packets
import TestSupport
import Testing

/// Which packets a sampling mirror takes: those that its seed names, or as many as chance gives.
@Suite(.serialized) struct SamplingTests {
    private static let seed: UInt64 = 7
    private static let everything = "rules: [{name: all, action: mirror}]"

    /// Whether a mirror that samples one flow of `rate` takes a frame, by the library and not by the kernel program.
    private static func takes(_ frame: [UInt8], oneOf rate: UInt32 = 4) -> Bool {
        FlowIdentity(frame: frame)?.isSampled(oneOf: rate, seed: seed) == true
    }

    /// Sends conversations by the mirrored host's first interface, both ways: in, then out.
    private static func send(_ conversations: Conversations, in site: Site) async throws {
        try await site.send(conversations.there.map(\.frame))
        try await site.send(conversations.back.map(\.frame), from: Site.mirror)
    }

    @Test(arguments: [false, true], ["vxlan://10.9.0.2", "geneve://[fd09::2]"])
    func `the copies are those of the flows that the seed names, in both directions`(
        table: Bool, target: String
    ) async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(Self.everything.utf8), to: "rules.yaml")
        let conversations = Conversations(flows: 400, rounds: 3)
        let frames = (conversations.there + conversations.back).map(\.frame)
        let expected = frames.filter { Self.takes($0) }
        // Both ways of each flow, so the same number of each.
        #expect(expected.count % 6 == 0 && (6 * 60...6 * 140).contains(expected.count), "\(expected.count)")
        try await Site.with(.dead) { site in
            let which = table ? ["--rules", path] : ["--", "ip", "or", "ip6", "or", "vlan"]
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site,
                    ["eth0", "--sample", "1/4", "--sample-by", "flow", "--sample-seed", "\(Self.seed)", "--to", target]
                        + which
                ) { _ in try await Self.send(conversations, in: site) }
                #expect(totals.matched == frames.count && totals.addsUp && totals.failed.isEmpty, "\(totals)")
                #expect(totals.sampledOut == frames.count - expected.count, "\(totals)")
                _ = await Condition.holds { capture.count >= expected.count }
                let copies = try CopyAtCollector.all(in: capture.frames)
                #expect(copies.map(\.inner) == expected)
                if target.hasPrefix("geneve") {
                    #expect(
                        copies.allSatisfy {
                            $0.metadata?.samplingRate == 4 && $0.metadata?.flags.contains(.sampledByFlow) == true
                        })
                }
            }
        }
    }

    @Test func `two hosts with one seed take the same flows`() async throws {
        let conversations = Conversations(flows: 300, rounds: 2)
        let frames = conversations.there.map(\.frame)
        try await Site.with(.bridged) { site in
            // The receiver mirrors, too, to an interface of its own.
            try await site.ip(in: Site.receiver, "link add ids0 type veth peer name ids1")
            for end in ["ids0", "ids1"] {
                try await site.silence(end, in: Site.receiver)
                try await site.ip(in: Site.receiver, "link set \(end) up")
            }
            let sampling = ["--sample", "1/3", "--sample-by", "flow", "--sample-seed", "\(Self.seed)"]
            try await Capture.on("eth0", of: Site.collector, in: site) { first in
                try await Capture.on("ids1", of: Site.receiver, in: site) { second in
                    let there = try await MirrorProcess.start(
                        site, in: Site.receiver, ["eth0"] + sampling + ["--to", "device:ids0"])
                    let totals = try await MirrorProcess.during(
                        site, ["eth1"] + sampling + ["--to", "vxlan://10.9.0.2"]
                    ) { _ in
                        try await site.send(frames)
                        _ = try await Condition.holds { try (there.events().last?.matched ?? 0) >= frames.count }
                    }
                    let others = try await there.stop()
                    #expect(totals.matched == frames.count && totals.addsUp, "\(totals)")
                    #expect(others.matched == frames.count && others.addsUp, "\(others)")
                    #expect(totals.sent == others.sent)
                    let expected = frames.filter { Self.takes($0, oneOf: 3) }
                    _ = await Condition.holds { first.count >= expected.count && second.count >= expected.count }
                    #expect(try CopyAtCollector.all(in: first.frames).map(\.inner) == expected)
                    #expect(second.frames.map(\.bytes) == expected)
                }
            }
        }
    }

    @Test func `another seed takes other flows`() async throws {
        let conversations = Conversations(flows: 300, rounds: 1)
        try await Site.with(.dead) { site in
            var taken: [Set<[UInt8]>] = []
            for seed in ["1", "2"] {
                try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                    let totals = try await MirrorProcess.during(
                        site,
                        [
                            "eth0", "--sample", "1/2", "--sample-by", "flow", "--sample-seed", seed, "--to",
                            "vxlan://10.9.0.2",
                        ]
                    ) { _ in try await site.send(conversations.there.map(\.frame)) }
                    #expect(totals.addsUp)
                    _ = await Condition.holds { capture.count >= totals.sent }
                    taken.append(Set(try CopyAtCollector.all(in: capture.frames).map(\.inner)))
                }
            }
            // By chance half of what the one takes: 75, and six standard deviations.
            let common = taken[0].intersection(taken[1]).count
            #expect((30...120).contains(common), "\(common)")
        }
    }

    @Test func `fragments follow their flow`() async throws {
        let datagrams = (0..<200).map { number in
            FrameBuilder().ipv4(from: .ipv4(0x0a10_0000 | UInt32(number)), to: "10.2.0.9").udp(
                from: 5000, to: UInt16(6000 + number), payload: [UInt8](repeating: UInt8(number), count: 3000)
            ).fragments(of: 1480, identification: UInt16(number))
        }
        // The first one has the ports; all of its datagram are of its flow.
        let expected = datagrams.filter { Self.takes($0[0]) }.flatMap { $0 }
        // Without what the first one said, another choice would come out.
        #expect(expected != datagrams.flatMap { $0 }.filter { Self.takes($0) })
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site,
                    [
                        "eth0", "--sample", "1/4", "--sample-by", "flow", "--sample-seed", "\(Self.seed)", "--to",
                        "vxlan://10.9.0.2",
                    ]
                ) { _ in try await site.send(datagrams.flatMap { $0 }) }
                #expect(totals.addsUp && totals.sent == expected.count, "\(totals)")
                _ = await Condition.holds { capture.count >= expected.count }
                #expect(try CopyAtCollector.all(in: capture.frames).map(\.inner) == expected)
            }
        }
    }

    @Test func `single packets are drawn by chance, and the copies say of how many each is one`() async throws {
        try await Site.with(.dead) { site in
            let frames = CounterTests.packets(4000)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--sample", "1/5", "--to", "geneve://10.9.0.2"]
                ) { _ in try await site.send(frames) }
                #expect(totals.matched == 4000 && totals.addsUp, "\(totals)")
                // 800, and six standard deviations of 25.3.
                #expect((648...952).contains(totals.sent), "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                let copies = try CopyAtCollector.all(in: capture.frames)
                #expect(copies.count == totals.sent)
                #expect(copies.allSatisfy { $0.metadata?.samplingRate == 5 && $0.metadata?.flags == [] })
                #expect(Set(copies.map(\.inner)).isSubset(of: Set(frames)))
            }
        }
    }

    static let beginnings: [(option: String, takes: @Sendable (_ packets: Int, _ bytes: Int) -> Bool)] = [
        ("3", { packets, _ in packets < 3 }), ("1", { packets, _ in packets < 1 }),
        ("500B", { _, bytes in bytes < 500 }), ("1k", { _, bytes in bytes < 1000 }),
    ]

    @Test(arguments: beginnings.indices, [false, true])
    func `of each flow its beginning is mirrored, both directions counted together`(
        index: Int, table: Bool
    ) async throws {
        let (option, takes) = Self.beginnings[index]
        let conversations = Conversations(flows: 200, rounds: 5, seed: 2)
        let packets = conversations.there + conversations.back
        var had: [Int: (packets: Int, bytes: Int)] = [:]
        let expected = packets.filter { packet in
            let (count, bytes) = had[packet.flow] ?? (0, 0)
            guard takes(count, bytes) else { return false }
            had[packet.flow] = (count + 1, bytes + packet.frame.count)
            return true
        }.map(\.frame)
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(Self.everything.utf8), to: "rules.yaml")
        try await Site.with(.dead) { site in
            let which = table ? ["--rules", path] : []
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--first", option, "--to", "vxlan://10.9.0.2"] + which
                ) { _ in try await Self.send(conversations, in: site) }
                #expect(totals.matched == packets.count && totals.addsUp, "\(totals)")
                #expect(totals.beyondFirst == packets.count - expected.count && totals.evictedFlows == 0, "\(totals)")
                _ = await Condition.holds { capture.count >= expected.count }
                #expect(try CopyAtCollector.all(in: capture.frames).map(\.inner) == expected)
            }
        }
    }

    @Test func `a flow table that is too small says how many flows it forgot`() async throws {
        let conversations = Conversations(flows: 200, rounds: 2, seed: 3)
        try await Site.with(.dead) { site in
            let totals = try await MirrorProcess.during(
                site, ["eth0", "--first", "1", "--flows", "8", "--to", "vxlan://10.9.0.2"]
            ) { _ in try await site.send(conversations.there.map(\.frame)) }
            #expect(totals.matched == 400 && totals.addsUp, "\(totals)")
            // One set of eight: each flow comes when 199 others have come since, so it is always forgotten.
            #expect(totals.evictedFlows == 392 && totals.sent == 400, "\(totals)")
        }
    }

    @Test func `what a rule says replaces what the mirror says, each for itself`() async throws {
        let yaml = """
            rules:
              - {name: all, action: mirror, destination-port: 53, sample: 1/1}
              - {name: flows, action: mirror, destination-port: 54, sample: 1/2, sample-by: flow}
              - {name: first, action: mirror, destination-port: 55, first: 3}
              - {name: short, action: mirror, destination-port: 56, sample: 1/1, snaplen: headers}
              - {name: none, action: mirror, destination-port: 57}
            """
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(yaml.utf8), to: "rules.yaml")
        @Sendable func packets(_ port: UInt16) -> [[UInt8]] {
            (0..<100).map { number in
                FrameBuilder().ipv4(from: .ipv4(0x0a10_0000 | UInt32(number)), to: "10.2.0.9").udp(
                    from: 5000, to: port, payload: [UInt8](repeating: 1, count: 80)
                ).frame
            }
        }
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site,
                    [
                        "eth0", "--rules", path, "--sample", "1/1000000000", "--sample-seed", "\(Self.seed)", "--first",
                        "1", "--to", "vxlan://10.9.0.2",
                    ]
                ) { _ in
                    for port in UInt16(53)...57 { try await site.send(packets(port) + packets(port)) }
                }
                #expect(totals.matched == 1000 && totals.addsUp, "\(totals)")
                func sent(_ name: String) -> Int? { totals.rule(name)?.targets.first?.sent.packets }
                // The mirror's `--first 1` is in force where the rule says nothing of it.
                #expect(sent("all") == 100 && totals.rule("all")?.beyondFirst == 100, "\(totals)")
                let flows = packets(54).count { Self.takes($0, oneOf: 2) }
                #expect(sent("flows") == flows && totals.rule("flows")?.sampledOut == 200 - 2 * flows, "\(totals)")
                #expect(sent("first") == 0 && totals.rule("first")?.sampledOut == 200, "\(totals)")
                #expect(sent("none") == 0 && totals.rule("none")?.sampledOut == 200, "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                let copies = try CopyAtCollector.all(in: capture.frames).map(\.inner)
                let short = copies.filter { word($0, 36) == 56 }
                #expect(short.count == 100 && short.allSatisfy { $0.count == 42 })
                #expect(copies.allSatisfy { $0.count == 122 || word($0, 36) == 56 })
            }
        }
    }
}
