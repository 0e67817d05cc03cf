import Lab
import Packets
import TestSupport
import Testing

/// Suricata takes shortened copies out of their tunnels as it takes whole ones.
@Suite(.serialized) struct SuricataTests {
    /// What it found, whole packets of each kind.
    private static let kinds = [
        "decoder.ipv4", "decoder.ipv6", "decoder.tcp", "decoder.udp", "decoder.icmpv4", "decoder.icmpv6",
        "decoder.vlan", "decoder.vlan_qinq", "decoder.vxlan", "decoder.geneve",
    ]

    /// What comes to the collector, tunnels and all.
    private static func copies(_ arguments: [String], in site: Site) async throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        try await Capture.on("eth0", of: Site.collector, in: site) { capture in
            let totals = try await MirrorProcess.during(site, ["eth0"] + arguments) { _ in
                try await site.send(SnapLengthTests.frames)
            }
            #expect(totals.addsUp && totals.sent == SnapLengthTests.frames.count, "\(totals)")
            _ = await Condition.holds { capture.count >= totals.sent }
            frames = try capture.frames.map(\.bytes).filter { try CopyAtCollector($0) != nil }
            #expect(frames.count == totals.sent)
        }
        return frames
    }

    private static func isComplaint(_ counter: String) -> Bool {
        counter.contains("trunc") || counter.contains("invalid_checksum") || counter.contains("pkt_too_small")
            || counter.contains("hlen") || counter.contains("plen")
    }

    @Test(arguments: ["vxlan://10.9.0.2", "vxlan://[fd09::2]", "geneve://10.9.0.2", "geneve://[fd09::2]"])
    func `shortened copies are decoded like whole ones, without an event of truncation`(target: String) async throws {
        try await Site.with(.dead) { site in
            let whole = try Suricata.counters(of: await Self.copies(["--to", target], in: site))
            #expect(whole.keys.filter(Self.isComplaint).isEmpty, "\(whole)")
            #expect((whole["decoder.tcp"] ?? 0) > 0 && (whole["decoder.vlan_qinq"] ?? 0) > 0, "\(whole)")
            for snaplen in ["headers", "64", "100", "300"] {
                let frames = try await Self.copies(["--snaplen", snaplen, "--to", target], in: site)
                let found = try Suricata.counters(of: frames)
                for kind in Self.kinds { #expect(found[kind] == whole[kind], "\(snaplen): \(kind)") }
                #expect(
                    found.keys.filter { $0.hasPrefix("decoder.event") }.sorted()
                        == whole.keys.filter { $0.hasPrefix("decoder.event") }.sorted(), "\(snaplen): \(found)")
                #expect(found.keys.filter(Self.isComplaint).isEmpty, "\(snaplen): \(found)")
            }
            // What makes this a test that can fail: with the lengths kept, it does complain, and takes them for nothing.
            let frames = try await Self.copies(["--snaplen", "100", "--keep-lengths", "--to", target], in: site)
            let kept = try Suricata.counters(of: frames)
            #expect(kept.keys.contains { $0.contains("trunc") }, "\(kept)")
            #expect((kept["decoder.tcp"] ?? 0) < (whole["decoder.tcp"] ?? 0), "\(kept)")
        }
    }
}
