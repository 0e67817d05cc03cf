import Foundation
import Glibc
import Lab
import Packets
import TestSupport
import Testing

/// A preview says what there is, to the packet, and sends nothing.
@Suite(.serialized) struct PreviewTests {
    /// Questions that come in and answers that leave: flow `n` has `n + 1` of each, of sizes of its own.
    private struct Conversations {
        var questions: [[UInt8]] = []
        var answers: [[UInt8]] = []
        var packets: [Int] = []
        var bytes: [Int] = []
        var identities: [FlowIdentity?] = []

        init(_ count: Int) {
            for flow in 0..<count {
                let (client, server) = (IPAddress.ipv4(0x0a01_0000 + UInt32(flow)), IPAddress.ipv4(0x0a02_0001))
                let port = UInt16(2000 + flow)
                let question = FrameBuilder().ipv4(from: client, to: server)
                    .udp(from: port, to: 53, payload: [UInt8](repeating: 1, count: flow * 9)).frame
                let answer = FrameBuilder().ipv4(from: server, to: client)
                    .udp(from: 53, to: port, payload: [UInt8](repeating: 2, count: 50 + flow * 13)).frame
                questions += Array(repeating: question, count: flow + 1)
                answers += Array(repeating: answer, count: flow + 1)
                packets.append(2 * (flow + 1))
                bytes.append((flow + 1) * (question.count + answer.count))
                identities.append(FlowIdentity(frame: question))
            }
        }

        var all: [[UInt8]] { questions + answers }
    }

    private static func bytes(_ frames: [[UInt8]], upTo length: Int = .max) -> Double {
        Double(frames.reduce(0) { $0 + min(length, $1.count) })
    }

    @Test func `the numbers are those of the traffic, and nothing is sent`() async throws {
        try await Site.with(.dead) { site in
            let conversations = Conversations(60)
            let others = (0..<40).map { FrameBuilder().arp(operation: 1, from: "192.0.2.1", to: .ipv4($0)).frame }
            let before = try await Leftovers.now(site)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let answers = try await PreviewProcess.during(
                    site, ["eth0", "udp", "port", "53", "--sample-seed", "7", "--to", "vxlan://10.9.0.2", "--top", "3"]
                ) { _ in
                    #expect(try await Leftovers.now(site).interfaces == before.interfaces)
                    try await site.send(conversations.questions + others)
                    try await site.send(conversations.answers, from: Site.mirror)
                }
                let all = conversations.all
                let total = answers.total
                #expect(answers.traffic.packets == Double(all.count + others.count))
                #expect(answers.traffic.bytes == Self.bytes(all + others))
                #expect(total.matched.packets == Double(all.count) && total.matched.bytes == Self.bytes(all))
                #expect(total.flows == 60 && total.forgotten.packets == 0)
                #expect(total.packetShare == Double(all.count) / Double(all.count + others.count))
                #expect(total.matched.packetsPerSecond == Double(all.count) / answers.seconds)
                #expect(total.matched.bitsPerSecond == Self.bytes(all) * 8 / answers.seconds)
                #expect(answers.rules.count == 1 && answers.rules[0].rule == "udp port 53")

                let sampled = try #require(total["--sample 1/10 --sample-by flow"])
                let chosen = conversations.identities.indices.filter {
                    conversations.identities[$0]?.isSampled(oneOf: 10, seed: 7) == true
                }
                #expect(sampled.exactPackets && sampled.exactBytes && sampled.flows == chosen.count)
                #expect(sampled.amount.packets == Double(chosen.reduce(0) { $0 + conversations.packets[$1] }))
                #expect(sampled.amount.bytes == Double(chosen.reduce(0) { $0 + conversations.bytes[$1] }))
                #expect(total["--sample 1/10"]?.amount.packets == Double(all.count) / 10)
                let first = try #require(total["--first 10"])
                #expect(first.amount.packets == Double(conversations.packets.reduce(0) { $0 + min(10, $1) }))
                #expect(
                    total["--first 100"]?.amount.packets
                        == conversations.packets.reduce(0) { $0 + Double(min(100, $1)) })
                for (option, length) in [("headers", 42), ("128", 128), ("256", 256)] {
                    let short = try #require(total["--snaplen \(option)"])
                    #expect(short.amount.bytes == Self.bytes(all, upTo: length) && short.exactBytes, "\(option)")
                    #expect(short.amount.packets == Double(all.count))
                }

                // Outer Ethernet, IPv4, UDP and VXLAN headers.
                #expect(answers.tunnels.first?.all.bytes == Self.bytes(all) + 50 * Double(all.count))
                let largest = conversations.bytes.indices.sorted { conversations.bytes[$0] > conversations.bytes[$1] }
                #expect(
                    answers.topFlows.map(\.amount.bytes) == largest.prefix(3).map { Double(conversations.bytes[$0]) })
                #expect(answers.topFlows.first?.source == "10.1.0.\(largest[0])")
                #expect(answers.topFlows.first?.sourcePort == 2000 + largest[0])
                #expect(answers.topFlows.first?.destinationPort == 53 && answers.topFlows.first?.protocol == 17)
                #expect(answers.topHosts.first?.address == "10.2.0.1" && answers.topHosts.first?.flows == 60)
                #expect(answers.topHosts.first?.amount.bytes == Self.bytes(all))
                #expect(try CopyAtCollector.all(in: capture.frames).isEmpty)
            }
            try await Leftovers.vanish(site, to: before)
        }
    }

    @Test(arguments: [("ingress", false), ("egress", true)])
    func `one direction is looked at alone`(direction: String, leaves: Bool) async throws {
        try await Site.with(.dead) { site in
            let conversations = Conversations(10)
            let answers = try await PreviewProcess.during(site, ["eth0", "--direction", direction]) { _ in
                try await site.send(conversations.questions)
                try await site.send(conversations.answers, from: Site.mirror)
            }
            let seen = leaves ? conversations.answers : conversations.questions
            #expect(answers.traffic.packets == Double(seen.count) && answers.traffic.bytes == Self.bytes(seen))
            #expect(answers.total.matched.bytes == Self.bytes(seen) && answers.total.flows == 10)
        }
    }

    @Test func `each rule has its own numbers`() async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            Array(
                """
                rules:
                  - {name: quiet, action: skip, source-port: 2000-2009}
                  - {name: low, action: mirror, source-port: 2010-2019, sample: 1/1000000, sample-by: flow}
                  - {name: questions, action: mirror, direction: ingress, protocol: udp}
                  - {name: never, action: mirror, protocol: tcp}
                  - {name: answers, action: mirror, direction: egress}
                """.utf8), to: "rules.yaml")
        try await Site.with(.dead) { site in
            let conversations = Conversations(30)
            let answers = try await PreviewProcess.during(site, ["eth0", "--rules", path, "--sample-seed", "1"]) { _ in
                try await site.send(conversations.questions)
                try await site.send(conversations.answers, from: Site.mirror)
            }
            func questions(_ flows: Range<Int>) -> Double { Double(flows.reduce(0) { $0 + $1 + 1 }) }
            let expected: [(String, Double, Int)] = [
                ("quiet", 0, 0), ("low", questions(10..<20), 10), ("questions", questions(20..<30), 10),
                ("never", 0, 0),
                ("answers", questions(0..<30), 30),
            ]
            #expect(answers.rules.map(\.rule) == expected.map(\.0))
            #expect(answers.rules.map(\.matched.packets) == expected.map(\.1))
            #expect(answers.rules.map(\.flows) == expected.map(\.2))
            // Flows whose directions have rules of their own are one in the total.
            #expect(answers.total.flows == 30)
            #expect(answers.total.matched.packets == expected.reduce(0) { $0 + $1.1 })
            #expect(answers.rules[1].sampledOut == Int(expected[1].1) && answers.rules[1].selected.packets == 0)
            #expect(answers.rules[4].selected.bytes == Self.bytes(conversations.answers))
            #expect(answers.rules[3].options == nil && answers.rules[4].options?.count == 9)
        }
    }

    /// Options, and the option of a preview without them that says the same.
    static let selections: [(given: [String], option: String?)] = [
        (["--sample", "1/10", "--sample-by", "flow"], "--sample 1/10 --sample-by flow"),
        (["--first", "10"], "--first 10"), (["--snaplen", "headers"], "--snaplen headers"),
        (["--snaplen", "128"], "--snaplen 128"), (["--snaplen", "256"], "--snaplen 256"),
        (["--first", "900B"], nil),
        (["--sample", "1/2", "--sample-by", "flow", "--first", "3", "--snaplen", "headers"], nil),
    ]

    @Test(arguments: selections.indices)
    func `what options let through is what a mirror with them sends`(index: Int) async throws {
        let (given, option) = Self.selections[index]
        let seed: UInt64 = 20 + UInt64(index)
        var random = SeededGenerator(seed: seed)
        let frames =
            Conversations(40).questions + (0..<600).map { _ in random.frame().vlan(5).frame }
            + NumberedTraffic.templates(seed: seed, count: 600)
        try await Site.with(.dead) { site in
            let arguments = ["eth0", "--sample-seed", "\(seed)", "--to", "vxlan://10.9.0.2"]
            let preview = try await PreviewProcess.during(site, arguments + given) { _ in try await site.send(frames) }
            let plain = try await PreviewProcess.during(site, arguments) { _ in try await site.send(frames) }
            let mirror = try await MirrorProcess.start(site, arguments + given)
            try await site.send(frames)
            let end = try await mirror.stop()
            let real = try #require(end.rules?.first)
            let sent = try #require(real.targets.first?.sent)
            let (total, rule) = (preview.total, try #require(preview.rules.first))
            #expect(total.matched.packets == Double(frames.count) && real.matched.packets == frames.count)
            #expect(total.matched.bytes == Double(real.matched.bytes))
            #expect(real.targets.first?.failed.isEmpty == true && real.targets.first?.truncated == 0)
            #expect(
                total.selected.packets == Double(sent.packets) && total.selected.bytes == Double(sent.bytes), "\(seed)")
            #expect(rule.sampledOut + rule.beyondFirst + sent.packets == frames.count)
            let json = String(decoding: mirror.process.outputSoFar, as: UTF8.self)
            let last = try #require(json.split(separator: "\n").last)
            for key in ["\"sampledOut\":\(rule.sampledOut)", "\"beyondFirst\":\(rule.beyondFirst)"] {
                #expect(last.contains(key + ","), "\(key) is not in \(last)")
            }
            let wire = try #require(preview.tunnels.first?.selected.bytes)
            #expect(last.contains("\"wireBytes\":\(Int(wire))"), "\(wire) is not in \(last)")
            if let option {
                let estimate = try #require(plain.total[option])
                #expect(estimate.exactPackets && estimate.amount.packets == Double(sent.packets), "\(option)")
                if estimate.exactBytes { #expect(estimate.amount.bytes == Double(sent.bytes), "\(option)") }
                #expect(estimate.exactBytes == !option.hasPrefix("--first"))
            }
        }
    }

    @Test func `every matched packet is in one account also when a budget is spent`() async throws {
        try await Site.with(.dead) { site in
            let answers = try await PreviewProcess.during(
                site, ["eth0", "--budget", "80kbit", "--sample", "1/2", "--first", "40", "--to", "geneve://10.9.0.2"]
            ) { _ in try await site.send(Conversations(60).questions) }
            let total = answers.total
            #expect(total.overBudget > 0 && total.sampledOut > 0 && total.selected.packets > 0)
            let sum = total.sampledOut + total.beyondFirst + total.overBudget + total.expired
            #expect(total.matched.packets == Double(sum) + total.selected.packets)
        }
    }

    @Test func `super-packets count as the wire has them`() async throws {
        try await Site.with(.routed) { site in
            let content = Site.content(3_000_000)
            let answers = try await PreviewProcess.during(site, ["eth0"]) { _ in
                for ipv6 in [false, true] {
                    let arrived = try await site.transfer(content, ipv6: ipv6)
                    #expect(arrived == content)
                }
            }
            #expect(answers.traffic.packets == answers.total.matched.packets)
            #expect(answers.traffic.bytes == answers.total.matched.bytes)
            // Full segments at least, and everything in them.
            #expect(answers.total.matched.packets >= 6_000_000 / 1448 && answers.total.matched.bytes > 6_000_000)
            #expect(answers.total.forgotten.packets == 0)
        }
    }

    @Test func `flows for which there is no room are told`() async throws {
        try await Site.with(.dead) { site in
            let count = 300_000
            let template = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2).frame
            let answers = try await PreviewProcess.during(site, ["eth0", "--direction", "ingress"]) { _ in
                for start in stride(from: 0, to: count, by: 10_000) {
                    try await site.send(
                        (start..<start + 10_000).map { number in
                            var frame = template
                            // The source address.
                            for byte in 0..<4 {
                                frame[26 + byte] = UInt8(truncatingIfNeeded: number >> (24 - 8 * byte))
                            }
                            return frame
                        })
                }
            }
            let total = answers.total
            #expect(total.matched.packets == Double(count))
            #expect(total.flows <= 262_144 && total.flows > 100_000)
            // Each flow has one packet.
            #expect(total.forgotten.packets == count - total.flows)
            #expect(total["--sample 1/10 --sample-by flow"]?.exactPackets == false)
        }
    }

    @Test func `production passes while previews run and are killed, and nothing is left`() async throws {
        try await Site.with(.bridged) { site in
            let before = try await Leftovers.now(site)
            try await NumberedTraffic.during(site) { traffic in
                for round in 0..<6 {
                    let preview = try await PreviewProcess.start(site, [["eth0", "eth1"][round % 2], "--for", "5m"])
                    try await traffic.passes(1000)
                    if round % 3 == 0 {
                        let answers = try #require(try await preview.stop().answers)
                        #expect(answers.total.matched.packets >= 1000 && answers.total.forgotten.packets == 0)
                        #expect(answers.traffic.packets >= answers.total.matched.packets)
                    } else {
                        preview.process.signal(SIGKILL)
                        _ = await preview.process.wait()
                    }
                    try await Leftovers.vanish(site, to: before)
                }
            }
        }
    }

    @Test func `a preview beside a mirror counts production, and not its copies`() async throws {
        try await Site.with(.dead) { site in
            let frames = CounterTests.packets(200)
            let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { _ in
                let answers = try await PreviewProcess.during(site, ["eth0"]) { _ in try await site.send(frames) }
                #expect(answers.total.matched.packets == 200)
                let carrier = try await PreviewProcess.during(site, ["eth2", "udp"]) { _ in try await site.send(frames)
                }
                #expect(carrier.own.packets == 200 && carrier.total.matched.packets == 0)
            }
            #expect(totals.matched == 400 && totals.sent == 400)
        }
    }

    @Test func `it ends by itself, and when its interface goes`() async throws {
        try await Site.with(.dead) { site in
            let short = try await PreviewProcess.start(site, ["eth0", "--for", "300ms"])
            #expect(await short.process.wait().status == .exited(0), "\(short.report)")
            let last = try #require(try short.events().last)
            #expect(last.reason == "time" && (last.answers?.seconds ?? 0) >= 0.3)
            let preview = try await PreviewProcess.start(site, ["eth0", "--for", "5m"])
            try await site.send(CounterTests.packets(10))
            try await site.ip(in: Site.mirror, "link delete eth0")
            #expect(await preview.process.wait().status == .exited(75), "\(preview.report)")
            let end = try #require(try preview.events().last)
            #expect(end.reason == "interface-gone" && end.answers?.total.matched.packets == 10)
        }
    }
}
