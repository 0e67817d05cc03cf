import Foundation
import Glibc
import Lab
import Packets
import TestSupport
import Testing

/// Mirrors with an end: they are over on time, whoever still lives.
@Suite(.serialized) struct ExpiryTests {
    /// Now, in nanoseconds since 1970, by the clock that the mirror goes by.
    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static let second: UInt64 = 1_000_000_000
    /// What the mirror's clock may be off by before it is set anew: a millisecond, and the time that reading it takes.
    private static let drift: UInt64 = 2_000_000

    @Test(arguments: ["for", "until"]) func `a mirror whose time is over ends by itself`(option: String) async throws {
        try await Site.with(.dead) { site in
            let before = try await Leftovers.now(site)
            let begun = Self.now()
            // To the second, and at least three from now.
            let end = (begun / Self.second + 5) * Self.second
            let format = ISO8601DateFormatter()
            let text = format.string(from: Date(timeIntervalSince1970: Double(end / Self.second)))
            let arguments = option == "for" ? ["--for", "4s"] : ["--until", text]
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let mirror = try await MirrorProcess.start(site, ["eth0", "--to", "geneve://10.9.0.2"] + arguments)
                let attached = Self.now()
                try await site.send(CounterTests.packets(200), rate: 30, for: .seconds(6))
                let totals = try await mirror.ended()
                #expect(totals.reason == "expired" && totals.addsUp && totals.sent > 0, "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                let times = try CopyAtCollector.all(in: capture.frames).compactMap { $0.metadata?.timestamp }
                #expect(times.count == totals.sent)
                let last = try #require(times.max())
                let earliest = option == "for" ? begun + 4 * Self.second : end
                let latest = option == "for" ? attached + 4 * Self.second : end
                // 30 frames a second: one is due within 34 ms, when the machine is not too busy.
                #expect(
                    last <= latest + Self.drift && last + Self.second / 2 >= earliest,
                    "\(last), \(earliest) to \(latest)")
            }
            try await Leftovers.vanish(site, to: before)
        }
    }

    @Test func `a pinned mirror whose processes were all killed stops on time, and production goes on`() async throws {
        try await Site.with(.bridged) { site in
            let before = try await Leftovers.now(site)
            try await NumberedTraffic.during(site, templates: CounterTests.packets(16), window: 16) { traffic in
                try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                    let begun = Self.now()
                    let mirror = try await MirrorProcess.start(
                        site, ["eth0", "--pin", "--for", "8s", "--to", "geneve://10.9.0.2"])
                    let attached = Self.now()
                    try await traffic.passes(100)
                    mirror.process.signal(SIGKILL)
                    _ = await mirror.process.wait()
                    #expect(try await Leftovers.now(site).processes.isEmpty)
                    let killed = Self.now()
                    try await Task.sleep(for: .seconds(9))
                    let over = try capture.frames.compactMap { try CopyAtCollector($0.bytes)?.metadata?.timestamp }
                    let last = try #require(over.max())
                    // It went on without a process, until the end, and not longer.
                    #expect(last > killed && last <= attached + 8 * Self.second + Self.drift, "\(last)")
                    #expect(last + Self.second / 2 >= begun + 8 * Self.second, "\(last)")
                    let count = capture.count
                    try await traffic.passes(1000)
                    #expect(capture.count == count)
                }
                let status = try await Self.status(site)
                #expect(status.map(\.state) == ["expired"] && status.map(\.interface) == ["eth0"])
                let counters = status.first?.counters?.rules.first
                #expect((counters?.expired ?? 0) >= 1000 && counters?.addsUp == true, "\(status)")
                try await Leftovers.vanish(site, to: before)
                #expect(try await Self.status(site).isEmpty)
                try await traffic.passes(100)
            }
        }
    }

    @Test func `what has expired in one namespace is left to be removed there`() async throws {
        try await Site.with(.dead) { site in
            let before = try await Leftovers.now(site)
            let mirror = try await MirrorProcess.start(
                site, ["eth0", "--pin", "--for", "1s", "--to", "vxlan://10.9.0.2"])
            mirror.process.signal(SIGKILL)
            _ = await mirror.process.wait()
            try await Task.sleep(for: .milliseconds(1500))
            // Another mirror, elsewhere, cleans up what is its own to clean up.
            _ = try await MirrorProcess.during(site, in: Site.collector, ["eth0", "--to", "vxlan://10.9.0.1"]) { _ in }
            #expect(try await Self.status(site).map(\.state) == ["expired"])
            try await Leftovers.vanish(site, to: before)
        }
    }

    @Test func `a rule ends before the others`() async throws {
        let yaml = """
            rules:
              - {name: past, action: mirror, destination-port: 52, until: "2026-01-01T00:00:00Z"}
              - {name: short, action: mirror, destination-port: 53, for: 2s}
              - {name: long, action: mirror, destination-port: 54, for: 1h}
            """
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(yaml.utf8), to: "rules.yaml")
        @Sendable func frames(_ port: UInt16) -> [[UInt8]] {
            (0..<20).map { number in
                FrameBuilder().ipv4(from: "192.0.2.1", to: "192.0.2.2").udp(from: 1024, to: port, payload: [number])
                    .frame
            }
        }
        let all = frames(52) + frames(53) + frames(54)
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--rules", path, "--to", "vxlan://10.9.0.2"]
                ) { mirror in
                    try await site.send(all)
                    try await Task.sleep(for: .milliseconds(2200))
                    try await site.send(all)
                    // What a rule file says anew begins anew only for rules that were not there.
                    mirror.process.signal(SIGHUP)
                    try await mirror.event("replaced")
                    try await site.send(all)
                }
                #expect(totals.matched == 180 && totals.addsUp, "\(totals)")
                #expect(totals.rule("past")?.expired == 60, "\(totals)")
                #expect(totals.rule("short")?.expired == 40, "\(totals)")
                #expect(totals.rule("long")?.expired == 0, "\(totals)")
                _ = await Condition.holds { capture.count >= 80 }
                #expect(
                    try CopyAtCollector.all(in: capture.frames).map(\.inner)
                        == frames(53) + frames(54) + frames(54) + frames(54))
            }
        }
    }

    private struct Status: Decodable {
        struct Mirror: Decodable {
            struct Counters: Decodable { var rules: [MirrorEvent.Rule] }

            var state: String
            var interface: String
            var counters: Counters?
        }

        var mirrors: [Mirror]
    }

    private static func status(_ site: Site) async throws -> [Status.Mirror] {
        let result = try await site.network.run(
            in: Site.mirror, [MirrorProcess.executable, "status", "--json"], keepingMounts: true
        ).checked()
        return try JSONDecoder().decode(Status.self, from: Data(result.output)).mirrors
    }
}
