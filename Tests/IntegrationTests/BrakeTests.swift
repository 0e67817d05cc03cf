import Lab
import Packets
import TestSupport
import Testing

/// The brake in a whole mirror: copies give way to a link that is full, and come back.
@Suite(.serialized) struct BrakeTests {
    /// UDP packets of many flows.
    private static let frames = (0..<256).map { number in
        FrameBuilder().ipv4(from: .ipv4(0x0a10_0000 | UInt32(number)), to: "10.2.0.9").udp(
            from: 5000, to: 53, payload: [UInt8](repeating: 0, count: 1000)
        ).frame
    }

    private static func steps(_ events: [MirrorEvent]) -> [MirrorEvent.Brake] { events.compactMap(\.brake) }

    @Test func `copies give way while their link is full, step by step, and come back when it is free`() async throws {
        try await Site.with(.dead) { site in
            // A hundredth of what copies take even when one flow of 64 is mirrored, shortened.
            try await site.tc(in: Site.mirror, "qdisc add dev eth2 root tbf rate 8kbit burst 1600 limit 6000")
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--brake", "--to", "geneve://10.9.0.2"]
                ) { mirror in
                    let stopped = { try Self.steps(mirror.events()).contains { $0.to.step == "stop" } }
                    async let load: Int = site.send(Self.frames, rate: 2000, for: .seconds(5))
                    let reached = try await Condition.holds(within: .seconds(30), stopped)
                    #expect(reached, "\(mirror.report)")
                    _ = try await load
                    let up = try Self.steps(mirror.events())
                    #expect(
                        up.map(\.to.step) == ["shorten", "sample", "sample", "sample", "stop"], "\(up)")
                    #expect(up.map(\.from) == [.init(step: "off")] + up.dropLast().map(\.to))
                    #expect(up.compactMap(\.to.samplingRate) == [4, 16, 64])
                    #expect(up.dropLast().allSatisfy { $0.to.snapLength == 128 })
                    // The link is what it was for.
                    #expect(up.allSatisfy { $0.reasons.contains { $0.interface == "eth2" } }, "\(up)")

                    // Stopped, nothing leaves any more, and it is said where it went.
                    let before = try #require(mirror.events().last { $0.event == "counters" })
                    try await site.send(Self.frames)
                    let number = try mirror.events().count { $0.event == "counters" }
                    let after = try await mirror.event("counters", number: number + 2)
                    #expect(after.sent == before.sent && after.overBudget >= before.overBudget + 256, "\(after)")
                    #expect(before.sampledOut > 0 && after.addsUp)

                    // Free again: back by the same steps.
                    try await site.tc(in: Site.mirror, "qdisc del dev eth2 root")
                    let off = { try Self.steps(mirror.events()).last?.to.step == "off" }
                    let released = try await Condition.holds(within: .seconds(120), every: .milliseconds(100), off)
                    #expect(released, "\(mirror.report)")
                    let down = try Self.steps(mirror.events()).dropFirst(up.count)
                    #expect(down.map(\.to) == up.map(\.from).reversed(), "\(down)")
                    #expect(down.allSatisfy { $0.reasons.map(\.reason) == ["calm"] }, "\(down)")
                    try await site.send(Self.frames)
                }
                #expect(totals.addsUp, "\(totals)")
                // What came last is mirrored whole.
                let whole = try await capture.wait { frames in
                    let copies = try CopyAtCollector.all(in: frames).suffix(256)
                    return copies.map(\.inner) == Self.frames
                }
                #expect(whole)
                // And while it was held back, the copies were short and said of how many flows each is one.
                let copies = try CopyAtCollector.all(in: capture.frames)
                let held = copies.filter { $0.inner.count == 128 }.compactMap(\.metadata)
                #expect(!held.isEmpty && Set(held.map(\.samplingRate)).isSubset(of: [1, 4, 16, 64]))
                #expect(held.allSatisfy { $0.originalLength == UInt32(Self.frames[0].count) })
            }
        }
    }

    @Test func `without the option, nothing gives way`() async throws {
        try await Site.with(.dead) { site in
            try await site.tc(in: Site.mirror, "qdisc add dev eth2 root tbf rate 8kbit burst 1600 limit 6000")
            let totals = try await MirrorProcess.during(site, ["eth0", "--to", "geneve://10.9.0.2"]) { mirror in
                let sent = try await site.send(Self.frames, rate: 2000, for: .seconds(3))
                #expect(try Self.steps(mirror.events()).isEmpty && sent > 0)
            }
            #expect(totals.sent == totals.matched && totals.matched > 0, "\(totals)")
        }
    }
}
