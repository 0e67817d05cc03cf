import Foundation
import Lab
import Packets
import TestSupport
import Testing

/// Other implementations of the tunnels read the copies.
@Suite(.serialized) struct DecodingTests {
    /// Frames of every kind, with right checksums, as production has them.
    private static func frames() -> [[UInt8]] {
        var random = SeededGenerator(seed: 11)
        return (0..<200).map { _ in random.frame().frame }
    }

    @Test(arguments: ["vxlan", "geneve"], ["10.9.0.2", "[fd09::2]"])
    func `tshark decodes the copies and finds every checksum right`(tunnel: String, address: String) async throws {
        let frames = Self.frames()
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", "\(tunnel)://\(address)?vni=4711"]) {
                    _ in
                    try await site.send(frames)
                }
                #expect(totals.sent == frames.count)
                _ = await Condition.holds { capture.count >= frames.count }
                let copies = try capture.frames.map(\.bytes).filter { try CopyAtCollector($0) != nil }
                let directory = try TemporaryDirectory()
                let file = try directory.write(ClassicCapture.bytes(copies), to: "copies.pcap")
                let fields = [
                    "frame.protocols", "\(tunnel).vni", "ip.checksum.status", "udp.checksum.status",
                    "tcp.checksum.status", "udp.dstport", "_ws.malformed",
                ]
                let output = try Tool("tshark").run(
                    ["-n", "-r", file, "-T", "fields", "-E", "occurrence=a"]
                        + ["ip", "udp", "tcp"].flatMap { ["-o", "\($0).check_checksum:TRUE"] }
                        + fields.flatMap { ["-e", $0] })
                let lines = output.split(separator: "\n").map {
                    $0.split(separator: "\t", omittingEmptySubsequences: false)
                }
                #expect(lines.count == frames.count)
                for (number, line) in lines.enumerated() {
                    guard line.count == fields.count else {
                        Issue.record("frame \(number): \(line)")
                        continue
                    }
                    #expect(line[0].contains("udp:\(tunnel):eth"), "frame \(number): \(line)")
                    // 1 is good, 3 is not present; 0 is bad, 2 unverified (a fragment, for example).
                    let statuses = line[2...4].joined(separator: ",").split(separator: ",")
                    #expect(!statuses.contains("0"), "frame \(number): \(line) \(hex(copies[number]))")
                    #expect(line[5].hasPrefix(tunnel == "vxlan" ? "4789" : "6081"))
                    #expect(Int(line[1]) == 4711 || line[1] == "0x001267", "frame \(number): \(line)")
                }
            }
        }
    }

    @Test(arguments: ["vxlan", "geneve"], [0, 1])
    func `the kernel's own tunnel device takes the copies off`(tunnel: String, family: Int) async throws {
        let frames = Self.frames()
        try await Site.with(.dead) { site in
            let local = Site.collectorAddresses[family]
            let device =
                tunnel == "vxlan"
                ? "link add tun0 type vxlan id 99 local \(local) dstport 4789 nolearning"
                : "link add tun0 type geneve id 99 remote \(Site.ownAddresses[family])"
            let made = try await site.network.run(
                in: Site.collector, ["ip"] + device.split(separator: " ").map(String.init))
            if !made.succeeded, made.errorText.contains("Unknown device type") {
                try Test.cancel("this kernel has no \(tunnel) devices")
            }
            try made.checked()
            try await site.silence("tun0", in: Site.collector)
            try await site.ip(in: Site.collector, "link set tun0 mtu 9000 up")
            let host = local.contains(":") ? "[\(local)]" : local
            try await Capture.on("tun0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(site, ["eth0", "--to", "\(tunnel)://\(host)?vni=99"]) { _ in
                    try await site.send(frames)
                }
                #expect(totals.sent == frames.count)
                #expect(await capture.wait { $0.count >= frames.count })
                #expect(capture.frames.map(\.bytes) == frames)
            }
        }
    }
}
