import BPF
import Foundation
import Glibc
import Lab
import Packets
import TestSupport
import Testing

/// Other people's programs, filters and queueing disciplines stay where they are and keep working.
@Suite(.serialized) struct CoexistenceTests {
    @Test func `programs on tcx before, between and after see every packet`() async throws {
        try await Site.with(.dead) { site in
            let host = Site.mirror
            let before = try await ForeignProgram.counting(.tcx(.ingress, .first), on: "eth0", of: host, in: site)
            let mirror = try await MirrorProcess.start(site, ["eth0", "--to", "vxlan://10.9.0.2"])
            let first = try await ForeignProgram.counting(.tcx(.ingress, .first), on: "eth0", of: host, in: site)
            let last = try await ForeignProgram.counting(.tcx(.ingress, .last), on: "eth0", of: host, in: site)
            let out = try await ForeignProgram.counting(.tcx(.egress, .first), on: "eth0", of: host, in: site)
            try await site.send(CounterTests.packets(100))
            try await site.send(CounterTests.packets(50), from: host)
            let totals = try await mirror.stop()
            #expect(totals.matched == 150 && totals.sent == 150, "\(totals)")
            try await site.send(CounterTests.packets(10))
            for program in [before, first, last] { #expect(try program.packets() == 110) }
            #expect(try out.packets() == 50)
            let left = try await Leftovers.now(site)
            #expect(left.programs == ["eth0 ingress 3", "eth0 egress 1"])
        }
    }

    @Test func `an XDP program stays`() async throws {
        try await Site.with(.dead) { site in
            let xdp = try await ForeignProgram.counting(.xdp, on: "eth0", of: Site.mirror, in: site)
            let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { _ in
                try await site.send(CounterTests.packets(100))
            }
            #expect(totals.matched == 100 && totals.sent == 100)
            try await site.send(CounterTests.packets(10))
            #expect(try xdp.packets() == 110)
            #expect(try await site.ip(in: Site.mirror, "link show eth0").contains("xdpgeneric"))
        }
    }

    @Test(arguments: [true, false]) func `filters and queueing disciplines of tc stay`(wereThere: Bool) async throws {
        try await Site.with(.dead) { site in
            let host = Site.mirror
            try await site.ip(in: host, "link add ids0 type veth peer name ids1")
            for end in ["ids0", "ids1"] {
                try await site.silence(end, in: host)
                try await site.ip(in: host, "link set \(end) up")
            }
            @Sendable func makeFilters() async throws {
                try await site.tc(
                    in: host, "qdisc add dev eth0 root handle 1: tbf rate 1gbit burst 100000 limit 100000")
                try await site.tc(in: host, "qdisc add dev eth0 clsact")
                // A mirror of somebody else's: every packet that comes in goes to ids1 too.
                try await site.tc(
                    in: host,
                    "filter add dev eth0 ingress pref 7 protocol all u32 match u32 0 0 action mirred egress mirror dev ids0"
                )
            }
            if wereThere { try await makeFilters() }
            try await Capture.on("ids1", of: host, in: site) { others in
                var during: Leftovers?
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { _ in
                    if !wereThere { try await makeFilters() }
                    try await site.send(CounterTests.packets(100))
                    during = try await Leftovers.now(site)
                }
                #expect(totals.matched == 100 && totals.sent == 100, "\(totals)")
                try await site.send(CounterTests.packets(10))
                _ = await Condition.holds { others.count >= 110 }
                #expect(others.frames.map(\.bytes) == CounterTests.packets(100) + CounterTests.packets(10))
                let after = try await Leftovers.now(site)
                let mine = { (line: String) in line.contains("eth0") }
                #expect(after.queueing.filter(mine) == during?.queueing.filter(mine))
                #expect(
                    after.queueing.contains { $0.contains("clsact") } && after.queueing.contains { $0.contains("tbf") })
                #expect(
                    after.queueing.contains { $0.contains("mirred") } && after.queueing.contains { $0.contains("u32") })
                #expect(after.programs.isEmpty)
            }
        }
    }

    @Test func `a packet keeps its mark`() async throws {
        try await Site.with(.routed) { site in
            let host = Site.mirror
            // Only packets of mark 7 are routed to 10.77.0.0/24.
            try await site.ip(in: host, "rule add fwmark 7 table 100")
            try await site.ip(in: host, "route add 10.77.0.0/24 via 10.2.0.2 table 100")
            let frames = try await site.routedPackets(200, to: "10.77.0.1")
            let mirrors = [
                try await MirrorProcess.start(site, ["eth0", "--to", "vxlan://10.9.0.2", "--", "udp port 53"]),
                try await MirrorProcess.start(site, ["eth1", "--to", "geneve://10.9.0.2", "--", "udp port 53"]),
            ]
            let marking = try await ForeignProgram.marking(
                7, .tcx(.ingress, .first), on: "eth0", of: host, in: site)
            let counting = [
                try await ForeignProgram.counting(.tcx(.ingress, .last), on: "eth0", of: host, in: site, mark: 7),
                try await ForeignProgram.counting(.tcx(.egress, .last), on: "eth1", of: host, in: site, mark: 7),
            ]
            try await Capture.on("eth0", of: Site.receiver, in: site) { capture in
                try await site.send(frames)
                let arrived = await capture.wait { $0.count { $0.bytes.count == frames[0].count } >= 200 }
                #expect(arrived, "production with a mark arrived \(capture.count) times")
            }
            for mirror in mirrors {
                let totals = try await mirror.stop()
                #expect(totals.matched == 200 && totals.sent == 200, "\(totals)")
            }
            for program in counting { #expect(try program.packets() >= 200) }
            withExtendedLifetime(marking) {}
        }
    }

    @Test func `two Periscopes end without each other`() async throws {
        try await Site.with(.dead) { site in
            let before = try await Leftovers.now(site)
            let first = try await MirrorProcess.start(site, ["eth0", "--to", "vxlan://10.9.0.2"])
            let second = try await MirrorProcess.start(site, ["eth0", "--to", "geneve://10.9.0.2"])
            try await site.send(CounterTests.packets(50))
            #expect(try await first.stop().sent == 50)
            try await site.send(CounterTests.packets(50))
            #expect(try await second.stop().sent == 100)
            try await Leftovers.vanish(site, to: before)
        }
    }
}

extension Site {
    /// Packets that the mirrored host of a routed site has to route.
    func routedPackets(_ count: Int, to destination: IPAddress) async throws -> [[UInt8]] {
        func address(of interface: String, in host: String) async throws -> MACAddress {
            let text = try await run(in: host, ["cat", "/sys/class/net/\(interface)/address"])
            return try MACAddress(parsing: text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let source = try await address(of: "eth0", in: Self.sender)
        let gateway = try await address(of: "eth0", in: Self.mirror)
        return (0..<count).map { number in
            FrameBuilder().ethernet(from: source, to: gateway).ipv4(from: "10.1.0.2", to: destination).udp(
                from: UInt16(2000 + number), to: 53, payload: [UInt8](repeating: 1, count: 333)
            ).frame
        }
    }
}
