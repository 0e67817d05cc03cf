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

    /// What the mirror has counted when everything that was sent before now is in it.
    private static func counters(of mirror: MirrorProcess) async throws -> MirrorEvent {
        let told = try mirror.events().count { $0.event == "counters" }
        return try await mirror.event("counters", number: told + 2)
    }

    /// Whether changes go by single steps, up for a reason and down because all was calm. (A machine that is busy with
    /// other things may be a reason, too, on the way down.)
    private static func check(_ changes: [MirrorEvent.Brake]) {
        let ladder = ["off", "shorten", "sample 4", "sample 16", "sample 64", "stop"]
        func height(_ step: MirrorEvent.Brake.Step) -> Int? {
            ladder.firstIndex(of: step.samplingRate.map { "\(step.step) \($0)" } ?? step.step)
        }
        var last = 0
        for change in changes {
            guard let from = height(change.from), let to = height(change.to) else {
                Issue.record("no such step: \(change)")
                return
            }
            #expect(from == last && abs(to - from) == 1, "\(changes)")
            let calm = change.reasons.map(\.reason) == ["calm"]
            #expect(!change.reasons.isEmpty && calm == (to < from), "\(change)")
            #expect(change.to.snapLength == (to == 0 || to == 5 ? nil : 128))
            last = to
        }
    }

    @Test func `copies give way while their link is full, step by step, and come back when it is free`() async throws {
        try await Site.with(.dead) { site in
            // A hundredth of what copies take even when one flow of 64 is mirrored, shortened.
            try await site.tc(in: Site.mirror, "qdisc add dev eth2 root tbf rate 8kbit burst 1600 limit 6000")
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--brake", "--to", "geneve://10.9.0.2"]
                ) { mirror in
                    for _ in 0..<60 where try !Self.steps(mirror.events()).contains(where: { $0.to.step == "stop" }) {
                        try await site.send(Self.frames, rate: 2000, for: .seconds(1))
                    }
                    let up = try Self.steps(mirror.events())
                    #expect(up.last?.to.step == "stop", "\(mirror.report)")
                    // The link is what it was for.
                    #expect(up.contains { $0.reasons.contains { $0.interface == "eth2" } }, "\(up)")

                    // Stopped, nothing leaves any more, and it is said where it went.
                    let before = try await Self.counters(of: mirror)
                    try await site.send(Self.frames)
                    let after = try await Self.counters(of: mirror)
                    #expect(after.sent == before.sent && after.overBudget == before.overBudget + 256, "\(after)")
                    #expect(before.sampledOut > 0 && after.addsUp)

                    // Free again: back by the same steps.
                    try await site.tc(in: Site.mirror, "qdisc del dev eth2 root")
                    let off = { try Self.steps(mirror.events()).last?.to.step == "off" }
                    let released = try await Condition.holds(within: .seconds(120), every: .milliseconds(100), off)
                    #expect(released, "\(mirror.report)")
                    Self.check(try Self.steps(mirror.events()))
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
