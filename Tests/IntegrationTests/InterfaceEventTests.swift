import Foundation
import Glibc
import Lab
import Packets
import TestSupport
import Testing

/// What happens to interfaces, routes and neighbours while a mirror runs.
@Suite(.serialized) struct InterfaceEventTests {
    @Test(arguments: ["deleted", "renamed", "moved"])
    func `a mirror ends when its interface goes`(how: String) async throws {
        try await Site.with(.dead) { site in
            let mirror = try await MirrorProcess.start(site, ["eth0", "--to", "vxlan://10.9.0.2"])
            try await site.send(CounterTests.packets(10))
            switch how {
            case "deleted": try await site.ip(in: Site.mirror, "link delete eth0")
            case "renamed":
                for change in ["eth0 down", "eth0 name other0", "other0 up"] {
                    try await site.ip(in: Site.mirror, "link set \(change)")
                }
            default:
                try await site.ip(
                    in: Site.mirror, "link set eth0 netns \(site.network.namespace(Site.receiver).name) name moved0")
            }
            let last = try await mirror.event("detached")
            let result = await mirror.process.wait()
            #expect(result.status == .exited(75), "\(mirror.report)")
            #expect(last.reason == (how == "renamed" ? "interface-renamed" : "interface-gone"))
            #expect(last.matched == 10 && last.addsUp)
            #expect(try mirror.events().count { $0.event == "detached" } == 1)
            // One line for people, on standard error.
            #expect(result.errorText.split(separator: "\n").count == 1 && result.errorText.contains("eth0"))
            let after = try await Leftovers.now(site)
            #expect(after.programs.isEmpty && !after.interfaces.contains { $0.hasPrefix("periscope") }, "\(after)")
            if how == "renamed" {
                let again = try await MirrorProcess.during(site, ["other0", "--to", "vxlan://10.9.0.2"]) { _ in }
                #expect(again.addsUp)
            }
        }
    }

    /// Sends packets until the copies that come to an interface tell that the mirror has followed.
    private static func follow(
        _ site: Site, by interface: String, of host: String, _ accepts: @escaping @Sendable (CopyAtCollector) -> Bool
    ) async throws {
        try await Capture.on(interface, of: host, in: site) { capture in
            let came = try await Condition.holds(every: .milliseconds(50)) {
                try await site.send(CounterTests.packets(5))
                return try CopyAtCollector.all(in: capture.frames).contains(where: accepts)
            }
            #expect(came, "no copy came by \(interface) of \(host)")
        }
    }

    @Test(arguments: ["vxlan://203.0.113.9", "geneve://[2001:db8:9::9]"])
    func `copies follow the routing table`(target: String) async throws {
        let ipv6 = target.contains("[")
        let address = ipv6 ? "2001:db8:9::9" : "203.0.113.9"
        let gateways = ipv6 ? ["fd09::2", "fd02::2"] : ["10.9.0.2", "10.2.0.2"]
        try await Site.with(.routed) { site in
            let mirror = try await MirrorProcess.start(site, ["eth0", "--to", target, "--", "udp port 53"])
            #expect(try mirror.events().first?.ways?.first?.unusable == "no-route")
            try await site.send(CounterTests.packets(5))
            for (gateway, interface, host) in [
                (gateways[0], "eth2", Site.collector), (gateways[1], "eth1", Site.receiver),
                (gateways[0], "eth2", Site.collector),
            ] {
                try await site.ip(in: Site.mirror, "route replace \(address) via \(gateway)")
                // The source address is the interface's own.
                let wanted = interface == "eth2" ? Site.ownAddresses : ["10.2.0.1", "fd02::1"]
                let source = try IPAddress(wanted[ipv6 ? 1 : 0])
                try await Self.follow(site, by: "eth0", of: host) { $0.source == source }
            }
            try await mirror.event("rerouted")
            try await site.ip(in: Site.mirror, "route delete \(address)")
            let sent = try await mirror.stop()
            #expect(sent.addsUp && (sent.failed["no-route"] ?? 0) >= 5, "\(sent)")
        }
    }

    @Test func `copies follow a neighbour that gets another address`() async throws {
        try await Site.with(.dead) { site in
            let mirror = try await MirrorProcess.start(site, ["eth0", "--to", "vxlan://10.9.0.2"])
            for address in ["02:00:00:00:99:01", "02:00:00:00:99:02"] {
                try await site.ip(in: Site.collector, "link set eth0 address \(address)")
                // As a host does when it takes over an address: it tells its neighbours.
                let own = try MACAddress(parsing: address)
                let announcement = FrameBuilder().ethernet(from: own, to: MACAddress(0xffff_ffff_ffff))
                    .arp(operation: 1, from: "10.9.0.2", to: "10.9.0.2").frame
                try await site.send([announcement], from: Site.collector)
                try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                    let came = try await Condition.holds(every: .milliseconds(50)) {
                        try await site.send(CounterTests.packets(5))
                        return try capture.frames.contains { frame in
                            try CopyAtCollector(frame.bytes) != nil && Array(frame.bytes[..<6]) == own.bytes
                        }
                    }
                    #expect(came)
                }
            }
            #expect(try await mirror.stop().addsUp)
        }
    }

    @Test func `copies are cut when the MTU of their way shrinks`() async throws {
        try await Site.with(.dead) { site in
            let frames = CounterTests.packets(50, payload: 1400)
            let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { mirror in
                try await site.send(frames)
                try await site.ip(in: Site.mirror, "link set eth2 mtu 1000")
                try await mirror.event("rerouted")
                try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                    try await site.send(frames)
                    _ = try await capture.wait { try CopyAtCollector.all(in: $0).count >= 50 }
                    let copies = try CopyAtCollector.all(in: capture.frames)
                    #expect(copies.allSatisfy { $0.outerLength == 1000 })
                    #expect(copies.map(\.inner) == CounterTests.packets(50, payload: 1000 - 36 - 42))
                }
            }
            #expect(totals.sent == 100 && totals.truncated == 50, "\(totals)")
        }
    }

    @Test func `a smaller MTU of the route counts, not only of the interface`() async throws {
        try await Site.with(.dead) { site in
            try await site.ip(in: Site.mirror, "route add 10.9.0.2/32 dev eth2 mtu 800")
            let frames = CounterTests.packets(50, payload: 1400)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", "vxlan://10.9.0.2"]) { _ in
                    try await site.send(frames)
                }
                #expect(totals.sent == 50 && totals.truncated == 50, "\(totals)")
                _ = try await capture.wait { try CopyAtCollector.all(in: $0).count >= 50 }
                #expect(try CopyAtCollector.all(in: capture.frames).allSatisfy { $0.outerLength == 800 })
            }
        }
    }
}

extension MACAddress {
    /// Reads `02:00:00:00:00:01`.
    init(parsing text: String) throws {
        let parts = text.split(separator: ":").compactMap { UInt64($0, radix: 16) }
        guard parts.count == 6 else { throw Unexpected("\(text) is no link-layer address") }
        self.init(parts.reduce(0) { $0 << 8 | $1 })
    }
}
