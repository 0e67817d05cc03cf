import Packets
import Synchronization
import TestSupport
import Testing

/// Super-packets of segmentation offload: what arrives at the collector is what would be on a wire.
@Suite(.serialized) struct SegmentationTests {
    static let targets = ["10.9.0.2", "[fd09::2]"].flatMap { address in
        ["vxlan://\(address)", "geneve://\(address)", "gue://\(address)", "gue://\(address)?variant=1"]
    }
    private static let content = Site.content(6 << 20)

    /// The IP packet of a copy, whose link header must fit the tunnel.
    private static func packet(_ copy: CopyAtCollector, mtu: Int = 1500) throws -> IPPacket {
        let bytes = copy.link == .ethernet ? Array(copy.inner[14...]) : copy.inner
        guard bytes.count <= mtu else { throw Unexpected("a packet of \(bytes.count) bytes came") }
        return try IPPacket(bytes)
    }

    @Test(arguments: targets) func `a stream of super-packets arrives as its segments`(target: String) async throws {
        try await Site.with(.routed) { site in
            for ipv6 in [false, true] {
                try await Self.mirrorStream(
                    Array(Self.content.prefix(2 << 20)), ipv6: ipv6, "eth0", "ingress", target, in: site)
            }
        }
    }

    @Test(arguments: ["ingress", "egress"], ["eth0", "eth1"])
    func `both hooks of both interfaces see the segments`(direction: String, interface: String) async throws {
        try await Site.with(.routed) { site in
            try await Self.mirrorStream(
                Array(Self.content.prefix(1 << 20)), ipv6: false, interface, direction, "vxlan://10.9.0.2", in: site)
        }
    }

    /// Sends a stream through the mirrored host, and has the collector put it together again from what it gets.
    private static func mirrorStream(
        _ content: [UInt8], ipv6: Bool, _ interface: String, _ direction: String, _ target: String, in site: Site
    ) async throws {
        let largest = Atomic(0)
        let arrived = Atomic(0)
        try await Capture.on("eth0", of: Site.collector, in: site) { capture in
            let totals = try await MirrorProcess.during(
                site, [interface, "tcp", "port", "5001", "--direction", direction, "--to", target]
            ) { _ in
                try await measuring(largest, in: Site.mirror, of: site) {
                    try await measuring(arrived, in: Site.receiver, of: site) {
                        let received = try await site.transfer(content, ipv6: ipv6)
                        #expect(received == content, "production: \(received.count) of \(content.count) bytes came")
                    }
                }
            }
            #expect(totals.failed.isEmpty && totals.matched == totals.sent && totals.truncated == 0, "\(totals)")
            _ = await Condition.holds { capture.count >= totals.sent }
            let copies = try CopyAtCollector.all(in: capture.frames)
            #expect(copies.count == totals.sent)
            // Either the data comes by this hook, or the acknowledgements do.
            var reassembly = Reassembly(length: content.count)
            let carriesData = (interface == "eth0") == (direction == "ingress")
            for copy in copies {
                let segment = try packet(copy)
                guard segment.destinationPort == 5001 else {
                    #expect(!carriesData)
                    continue
                }
                #expect(carriesData)
                reassembly.add(segment)
            }
            #expect(reassembly.stream == content || !carriesData, "the copies are not the stream")
        }
        #expect(largest.load(ordering: .relaxed) > 20_000, "no super-packet came by: this showed nothing")
        #expect(arrived.load(ordering: .relaxed) > 20_000, "the mirror cut production's super-packets")
    }

    /// Finds the largest frame that comes in by a host's first interface.
    private static func measuring(
        _ largest: borrowing Atomic<Int>, in host: String, of site: Site, _ work: () async throws -> Void
    ) async throws {
        var measured: Capture?
        try await Capture.on("eth0", of: host, in: site) { capture in
            measured = capture
            try await work()
        }
        // Now everything that came has been read.
        largest.store(measured?.largest ?? 0, ordering: .relaxed)
    }

    @Test func `super-packets just below 64 KiB arrive, in two tunnels at once`() async throws {
        try await Site.with(.routed) { site in
            let largest = Atomic(0)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site,
                    [
                        "eth0", "tcp", "port", "5001", "--direction", "ingress", "--to", "vxlan://10.9.0.2", "--to",
                        "geneve://[fd09::2]",
                    ]
                ) { _ in
                    try await Self.measuring(largest, in: Site.mirror, of: site) {
                        let content = Array(Self.content.prefix(4 << 20))
                        let received = try await site.transfer(content, ipv6: true)
                        #expect(received == content, "production: \(received.count) of \(content.count) bytes came")
                    }
                }
                #expect(totals.failed.isEmpty && totals.sent == totals.matched * 2, "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                let copies = try CopyAtCollector.all(in: capture.frames)
                #expect(copies.count == totals.sent)
                for copy in copies { _ = try Self.packet(copy) }
            }
            #expect(largest.load(ordering: .relaxed) > 64_000, "no packet near 64 KiB: this showed nothing")
        }
    }

    @Test(arguments: [false, true], ["vxlan://10.9.0.2", "geneve://[fd09::2]", "gue://10.9.0.2"])
    func `datagrams sent in bulk arrive one by one`(ipv6: Bool, target: String) async throws {
        try await Site.with(.routed) { site in
            // 46 of them make a packet of 65,532 bytes, to which no outer header can be added.
            let size = 1424
            let content = Array(Self.content.prefix(size * 1000))
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "udp", "port", "5002", "--direction", "ingress", "--to", target]
                ) { _ in
                    let received = try await site.transferDatagrams(content, of: size, ipv6: ipv6)
                    #expect(received == content, "production: \(received.count) of \(content.count) bytes came")
                }
                #expect(totals.matched == 1000 && totals.sent == 1000, "\(totals)")
                _ = await Condition.holds { capture.count >= 1000 }
                let packets = try CopyAtCollector.all(in: capture.frames).map { try Self.packet($0) }
                #expect(packets.count == 1000)
                #expect(packets.flatMap(\.payload) == content)
            }
        }
    }
}
