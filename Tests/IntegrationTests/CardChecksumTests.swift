import Lab
import Packets
import TestSupport
import Testing

/// Packets that the mirrored host sends itself: their checksums are left to a network card when they are mirrored.
///
/// Whether the interface that carries the copies computes checksums or leaves it to the stack, what arrives is right.
/// (By VLAN interfaces, which this kernel may lack: Tests/KernelMatrix/cases/12-own.sh.)
@Suite(.serialized) struct CardChecksumTests {
    private static let targets = SegmentationTests.targets + ["device:ids0"]

    @Test(arguments: targets, [false, true])
    func `copies of what the host itself sends have right checksums`(target: String, card: Bool) async throws {
        let local = target.hasPrefix("device")
        try await Site.with(.routed) { site in
            if local {
                try await site.ip(in: Site.mirror, "link add ids0 type veth peer name ids1")
                for end in ["ids0", "ids1"] {
                    try await site.silence(end, in: Site.mirror)
                    try await site.ip(in: Site.mirror, "link set \(end) up")
                }
            }
            let outlet = local ? "ids0" : "eth2"
            try await site.run(in: Site.mirror, ["ethtool", "-K", outlet, "tx", card ? "on" : "off"])
            let (end, host) = local ? ("ids1", Site.mirror) : ("eth0", Site.collector)
            try await Capture.on("eth0", of: Site.sender, in: site) { production in
                try await Capture.on(end, of: host, in: site) { capture in
                    let totals = try await MirrorProcess.during(
                        site,
                        ["eth0", "--direction", "egress", "--to", target, "--", "(tcp or udp) and portrange 5001-5004"]
                    ) { _ in
                        for ipv6 in [false, true] { try await Self.talk(ipv6: ipv6, in: site) }
                    }
                    #expect(totals.addsUp && totals.failed.isEmpty && totals.truncated == 0, "\(totals)")
                    let copies = try await Self.copies(local, of: totals.sent, in: capture)
                    #expect(copies.count == totals.sent)
                    // Reading one checks every checksum in it.
                    let packets = try copies.map(IPPacket.init)
                    for port in [5001, 5003] {
                        #expect(packets.contains { $0.ipProtocol == IPProtocol.tcp && $0.destinationPort == port })
                    }
                    for port in [5002, 5004] {
                        #expect(packets.contains { $0.ipProtocol == IPProtocol.udp && $0.destinationPort == port })
                    }
                }
                // Without these, nothing was shown: single packets and super-packets that lacked their checksums.
                #expect(production.frames.contains { $0.lacksChecksum && $0.bytes.count < 1500 })
                #expect(production.frames.contains { $0.lacksChecksum && $0.bytes.count > 10_000 })
            }
        }
    }

    /// Super-packets over TCP and UDP to ports 5001 and 5002, single ones to 5003 and 5004.
    private static func talk(ipv6: Bool, in site: Site) async throws {
        let content = Site.content(200_000)
        #expect(try await site.transfer(content, ipv6: ipv6, along: .own) == content)
        let datagrams = Array(content.prefix(1424 * 60))
        #expect(try await site.transferDatagrams(datagrams, of: 1424, ipv6: ipv6, along: .own) == datagrams)
        for count in [0, 1, 2, 700, 1001] {
            let small = Array(content.prefix(count))
            #expect(try await site.transfer(small, ipv6: ipv6, port: 5003, along: .own) == small)
            try await site.perform(in: Site.mirror) {
                let socket = try StreamSocket(ipv6: ipv6, datagrams: true)
                try socket.connect(ipv6 ? Site.Path.own.ipv6 : Site.Path.own.ipv4, 5004)
                try socket.write(count == 0 ? [0] : small)
            }
        }
    }

    /// The IP packets of all copies.
    private static func copies(_ local: Bool, of count: Int, in capture: Capture) async throws -> [[UInt8]] {
        _ = await Condition.holds { capture.count >= count }
        guard !local else { return capture.frames.map { Array($0.bytes[14...]) } }
        let copies = try CopyAtCollector.all(in: capture.frames)
        return copies.map { $0.link == .ethernet ? Array($0.inner[14...]) : $0.inner }
    }
}
