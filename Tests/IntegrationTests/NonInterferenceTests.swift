import Foundation
import Glibc
import Lab
import TestSupport
import Testing

/// What enters the mirrored host leaves it as it was, whatever happens to the mirror and to its copies.
///
/// In every test production flows the whole time, and every frame of it is compared and counted where it arrives.
@Suite(.serialized) struct NonInterferenceTests {
    private static let target = "vxlan://10.9.0.2"

    @Test func `production passes while mirrors start, run and stop`() async throws {
        try await Site.with(.bridged) { site in
            let before = try await Leftovers.now(site)
            try await NumberedTraffic.during(site) { traffic in
                try await traffic.passes(1000)
                for round in 0..<6 {
                    let direction = ["both", "ingress", "egress"][round % 3]
                    let interface = ["eth0", "eth1"][round / 3]
                    let totals = try await MirrorProcess.during(
                        site, [interface, "--to", Self.target, "--direction", direction]
                    ) { _ in
                        // A window of it may have passed the hook, but not arrived, when the mirror began.
                        try await traffic.passes(2000 + 128)
                    }
                    #expect(totals.addsUp)
                    // Production comes in by the one interface and leaves by the other.
                    let sees = direction == "both" || (direction == "ingress") == (interface == "eth0")
                    #expect(
                        sees ? totals.sent >= 2000 : totals.matched == 0, "\(interface) \(direction): \(totals)")
                }
            }
            try await Leftovers.vanish(site, to: before)
        }
    }

    @Test func `production passes while rules are replaced`() async throws {
        try await Site.with(.bridged) { site in
            let directory = try TemporaryDirectory()
            func write(_ round: Int) throws -> String {
                let rules = (0..<20).map { number in
                    "- {name: r\(number), action: \(number % 2 == round % 2 ? "mirror" : "skip"), destination-port: "
                        + "\(number * 3000)-\(number * 3000 + 2999)}\n"
                }
                return try directory.write(Array(("rules:\n" + rules.joined()).utf8), to: "rules.yaml")
            }
            let before = try await Leftovers.now(site)
            try await NumberedTraffic.during(site) { traffic in
                let arguments = ["eth0", "--rules", try write(0), "--to", Self.target]
                let totals = try await MirrorProcess.during(site, arguments) { mirror in
                    for round in 1...20 {
                        _ = try write(round)
                        mirror.process.signal(SIGHUP)
                        try await mirror.event("replaced", number: round)
                        try await traffic.passes(100)
                    }
                }
                #expect(totals.addsUp && totals.sent > 0)
            }
            try await Leftovers.vanish(site, to: before)
        }
    }

    /// Ways for copies to get lost: what is done to the network of the mirrored host, and the reason that is counted.
    enum Trouble: String, CaseIterable, Sendable {
        case noRoute = "no-route"
        case noNeighbour = "no-neighbour"
        case targetInterfaceDown
        case targetInterfaceGone
        case tapDeviceDown
        case outletDown
        case targetUnreachable
        case congestedQueue
        case headDropQueue
    }

    @Test(arguments: Trouble.allCases) func `production passes while copies do not`(trouble: Trouble) async throws {
        try await Site.with(.bridged) { site in
            try await NumberedTraffic.during(site) { traffic in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", Self.target]) { mirror in
                    try await traffic.passes(1000)
                    let tap = try #require(try mirror.events().first?.tap)
                    try await Self.make(trouble, tap: tap, in: site)
                    // Longer than a second, so that the mirror hears of it and may follow.
                    try await mirror.event("counters", number: try mirror.events().count { $0.event == "counters" } + 3)
                    try await traffic.passes(1000)
                }
                #expect(totals.addsUp, "\(totals)")
                #expect(totals.sent > 0)
            }
        }
    }

    private static func make(_ trouble: Trouble, tap: String, in site: Site) async throws {
        let host = Site.mirror
        switch trouble {
        case .noRoute: try await site.ip(in: host, "address flush dev eth2")
        case .noNeighbour:
            try await site.ip(in: Site.collector, "link set eth0 arp off")
            try await site.ip(in: host, "neighbour flush dev eth2")
        case .targetInterfaceDown: try await site.ip(in: host, "link set eth2 down")
        case .targetInterfaceGone: try await site.ip(in: host, "link delete eth2")
        case .tapDeviceDown: try await site.ip(in: host, "link set \(tap) down")
        case .outletDown: try await site.ip(in: host, "link set \(tap)-out down")
        case .targetUnreachable: try await site.ip(in: host, "route add unreachable 10.9.0.2/32")
        case .congestedQueue:
            try await site.tc(in: host, "qdisc add dev eth2 root tbf rate 8kbit burst 1600 limit 3000")
        case .headDropQueue: try await site.tc(in: host, "qdisc add dev eth2 root pfifo_head_drop limit 1")
        }
    }

    @Test func `production passes a congested tap device`() async throws {
        // The device's answer to a copy, NET_XMIT_CN, is the number of the verdict that drops a packet.
        try await Site.with(.bridged) { site in
            try await NumberedTraffic.during(site) { traffic in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", Self.target]) { mirror in
                    let tap = try #require(try mirror.events().first?.tap)
                    for device in [tap, tap + "-out"] {
                        try await site.tc(
                            in: Site.mirror,
                            "qdisc replace dev \(device) root handle 1: tbf rate 8kbit burst 1600 limit 3000")
                        try await traffic.passes(1000)
                        // A full queue of this kind says that it is congested, a full one of others that it dropped.
                        try await site.tc(
                            in: Site.mirror, "qdisc add dev \(device) parent 1: pfifo_head_drop limit 1")
                        try await traffic.passes(1000)
                    }
                }
                #expect(totals.addsUp, "\(totals)")
            }
        }
    }

    @Test func `nothing is left of mirrors killed at random moments`() async throws {
        let seed: UInt64 = 42
        try await Site.with(.bridged) { site in
            let before = try await Leftovers.now(site)
            var random = SeededGenerator(seed: seed)
            try await NumberedTraffic.during(site) { traffic in
                // How long a mirror takes until it stands, on this machine.
                let clock = ContinuousClock()
                let whole = try await clock.measure {
                    await (try MirrorProcess.start(site, ["eth0", "--to", Self.target])).process.terminate()
                }
                for round in 0..<100 {
                    let mirror = try MirrorProcess.launch(site, ["eth0", "--to", Self.target])
                    try await Task.sleep(for: whole * Double.random(in: 0...1.2, using: &random))
                    mirror.process.signal(SIGKILL)
                    #expect(await mirror.process.wait().status == .signalled(SIGKILL), "\(mirror.report)")
                    if round % 10 == 9 {
                        try await Leftovers.vanish(site, to: before)
                        try await traffic.passes(10)
                    }
                }
            }
            try await Leftovers.vanish(site, to: before)
            // The next one sweeps away what the killed ones have written down.
            let totals = try await MirrorProcess.during(site, ["eth0", "--to", Self.target]) { _ in }
            #expect(totals.addsUp)
            try await Leftovers.vanish(site, to: before)
            let records = try Leftovers.records(of: site.network.namespace(Site.mirror))
            #expect(records.isEmpty)
        }
    }
}
