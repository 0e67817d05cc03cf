import Foundation
import Lab
import Packets
import TestSupport
import Testing

/// Copies are not mirrored again, wherever they come by.
@Suite(.serialized) struct LoopTests {
    private static let targets = [
        "vxlan://10.9.0.2", "geneve://[fd09::2]", "gue://10.9.0.2", "gue://[fd09::2]?variant=1",
    ]

    @Test(arguments: targets) func `copies that leave by the mirrored interface are not mirrored`(
        target: String
    ) async throws {
        try await Site.with(.dead) { site in
            // Everything of eth2, by which the copies leave: production there is what this host sends.
            let frames = CounterTests.packets(200)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth2", "--to", target, "--", "udp port 53 or port 4789 or port 6081 or port 6080"]
                ) { _ in try await site.send(frames, from: Site.mirror, by: "eth2") }
                #expect(totals.matched == 200 && totals.sent == 200, "\(totals)")
                #expect(totals.own?.packets == 200, "\(totals)")
                _ = await Condition.holds { capture.count >= 400 }
                let copies = try CopyAtCollector.all(in: capture.frames)
                let bare = target.hasPrefix("gue") ? frames.map { Array($0[14...]) } : frames
                #expect(copies.map(\.inner) == bare)
            }
        }
    }

    @Test func `two mirrors on one interface each send their copies once`() async throws {
        try await Site.with(.dead) { site in
            let frames = CounterTests.packets(200)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                // Both see all of both interfaces, and the copies of each other.
                let first = try await MirrorProcess.start(site, ["eth2", "--to", "vxlan://10.9.0.2"])
                let second = try await MirrorProcess.start(site, ["eth2", "--to", "geneve://[fd09::2]"])
                try await site.send(frames, from: Site.mirror, by: "eth2")
                let totals = [try await first.stop(), try await second.stop()]
                for totals in totals {
                    #expect(totals.addsUp && totals.failed.isEmpty && totals.matched >= 200, "\(totals)")
                    // Neighbour discovery and errors about closed ports come by as well, but no flood.
                    #expect(totals.matched < 1000, "\(totals)")
                }
                _ = await Condition.holds { capture.count >= totals[0].sent + totals[1].sent + 200 }
                let copies = try CopyAtCollector.all(in: capture.frames)
                for (tunnel, totals) in zip([Tunnel.vxlan, .geneve], totals) {
                    let mine = copies.filter { $0.tunnel == tunnel }
                    #expect(mine.count == totals.sent)
                    #expect(mine.filter { frames.contains($0.inner) }.map(\.inner) == frames)
                    // Nothing in a tunnel is itself a tunnel.
                    #expect(try mine.allSatisfy { try CopyAtCollector($0.inner) == nil })
                }
            }
        }
    }

    @Test(arguments: ["vxlan", "geneve", "gue"], [0, 1])
    func `two hosts that mirror everything to each other stay calm`(tunnel: String, family: Int) async throws {
        try await Site.with(.dead) { site in
            func target(_ address: String) -> String {
                "\(tunnel)://" + (address.contains(":") ? "[\(address)]" : address)
            }
            let near = try await MirrorProcess.start(
                site, in: Site.mirror, ["eth2", "--to", target(Site.collectorAddresses[family])])
            let far = try await MirrorProcess.start(
                site, in: Site.collector, ["eth0", "--to", target(Site.ownAddresses[family])])
            try await site.send(CounterTests.packets(100), from: Site.mirror, by: "eth2")
            try await site.send(CounterTests.packets(100), from: Site.collector, by: "eth0")
            // Two more seconds in which a loop would grow.
            try await near.event("counters", number: 2)
            try await far.event("counters", number: 2)
            for totals in [try await near.stop(), try await far.stop()] {
                #expect(totals.addsUp && totals.matched >= 200, "\(totals)")
                // The copies of both, and what neighbours say to each other and about closed ports, make no flood.
                #expect(totals.matched < 1500, "\(totals)")
                #expect((totals.own?.packets ?? 0) >= 400, "\(totals)")
                #expect((totals.own?.packets ?? 0) < 3000, "\(totals)")
            }
        }
    }

    @Test func `what the kernel sends because of a copy is mirrored and counted for itself`() async throws {
        // A copy for which the kernel has to ask for the neighbour: its question leaves by the mirrored interface while
        // the copy is still on its way.
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth2", "--to", "vxlan://10.9.0.2"]) { _ in
                    for _ in 0..<5 {
                        try await site.ip(in: Site.mirror, "neighbour flush dev eth2")
                        let before = capture.count
                        try await site.send(CounterTests.packets(1), from: Site.mirror, by: "eth2")
                        #expect(await Condition.holds { capture.count > before })
                        // A copy may ask ten times a second.
                        try await Task.sleep(for: .milliseconds(150))
                    }
                }
                #expect(totals.addsUp, "\(totals)")
                _ = await Condition.holds(within: .seconds(5)) {
                    (try? CopyAtCollector.all(in: capture.frames).count == totals.sent) == true
                }
                let copies = try CopyAtCollector.all(in: capture.frames).count
                #expect(copies == totals.sent && copies >= 5, "\(copies) came: \(totals)")
            }
        }
    }

    @Test func `a tagged copy of another host is not mirrored`() async throws {
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let first = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { _ in
                    try await site.send(CounterTests.packets(20))
                }
                #expect(first.sent == 20)
                _ = await Condition.holds { capture.count >= 20 }
                let copies = try capture.frames.map(\.bytes).filter { try CopyAtCollector($0) != nil }
                #expect(copies.count == 20)
                // As a switch would hand them on: the tag in the bytes on the way out, in metadata on the way in.
                let tagged = copies.map { Array($0[..<12]) + [0x81, 0, 0, 5] + Array($0[12...]) }
                let second = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { _ in
                    for frames in [copies, tagged] {
                        try await site.send(frames)
                        try await site.send(frames, from: Site.mirror)
                    }
                }
                #expect(second.matched == 0 && second.own?.packets == 80, "\(second)")
            }
        }
    }
}
