import Lab
import Packets
import TestSupport
import Testing

/// Shortened copies: whole packets again, that receivers take, with nothing in them that is not to be seen.
@Suite(.serialized) struct SnapLengthTests {
    /// What applications send here, and nobody is to see.
    private static let secret = Array("the-secret-that-nobody-is-to-see".utf8)

    /// Packets of both families, of TCP, UDP and ICMP, tagged and not, with options and extension headers, of all sizes.
    static let frames: [[UInt8]] = {
        var frames: [[UInt8]] = []
        let options = [UInt8](repeating: 1, count: 12)
        for count in [0, 1, 2, 7, 40] {
            let payload = (0..<count).flatMap { _ in secret } + [UInt8](repeating: 0x2e, count: count % 5)
            for tags in 0...2 {
                var base = FrameBuilder()
                for tag in 0..<tags { base = base.vlan(UInt16(7 + tag)) }
                let networks = [
                    base.ipv4(from: "192.0.2.1", to: "198.51.100.2"),
                    base.ipv4(from: "192.0.2.1", to: "198.51.100.2", options: [UInt8](repeating: 1, count: 8)),
                    base.ipv6(from: "2001:db8::1", to: "2001:db8::2"),
                    base.ipv6(
                        from: "2001:db8::1", to: "2001:db8::2",
                        extensions: [IPv6Extension(number: IPProtocol.destinationOptions, rest: [0, 1, 4, 0, 0, 0, 0])]),
                ]
                for (index, network) in networks.enumerated() {
                    frames += [
                        network.tcp(from: 40000, to: 7777, sequence: 1, payload: payload).frame,
                        network.tcp(from: 40000, to: 7777, sequence: 1, options: options, payload: payload).frame,
                        network.udp(from: 40000, to: 7777, payload: payload).frame,
                        network.icmp(type: index < 2 ? 8 : 128, rest: [0, 1, 0, 2] + payload).frame,
                    ]
                    // Over IPv6, a datagram without a checksum is none.
                    if index < 2 {
                        frames.append(network.udp(from: 40000, to: 7777, payload: payload, checksum: false).frame)
                    }
                }
            }
        }
        return frames
    }()

    /// Where the last header of one of `frames` ends.
    private static func headerEnd(_ frame: [UInt8]) -> Int {
        var offset = 12
        while word(frame, offset) == 0x8100 { offset += 4 }
        offset += 2
        var next: UInt8
        if frame[offset] >> 4 == 4 {
            next = frame[offset + 9]
            offset += Int(frame[offset] & 15) * 4
        } else {
            next = frame[offset + 6]
            offset += 40
            if next == IPProtocol.destinationOptions {
                next = frame[offset]
                offset += 8
            }
        }
        return offset + (next == IPProtocol.tcp ? Int(frame[offset + 12] >> 4) * 4 : 8)
    }

    static let lengths = ["headers", "14", "64", "100", "300", "2000"]

    /// How many bytes of a frame are left.
    private static func left(of frame: [UInt8], _ snaplen: String) -> Int {
        min(frame.count, max(headerEnd(frame), Int(snaplen) ?? 0))
    }

    /// Copies as Ethernet frames, in order.
    private static func mirror(
        _ frames: [[UInt8]], _ arguments: [String], in site: Site
    ) async throws -> [CopyAtCollector] {
        var copies: [CopyAtCollector] = []
        try await Capture.on("eth0", of: Site.collector, in: site) { capture in
            let totals = try await MirrorProcess.during(site, ["eth0"] + arguments) { _ in try await site.send(frames) }
            #expect(totals.addsUp && totals.failed.isEmpty && totals.matched == frames.count, "\(totals)")
            _ = await Condition.holds { capture.count >= totals.sent }
            copies = try CopyAtCollector.all(in: capture.frames)
            #expect(copies.count == totals.sent)
            #expect(totals.sentBytes == copies.reduce(0) { $0 + $1.inner.count }, "\(totals)")
        }
        return copies
    }

    /// A copy as a frame that tshark can read.
    private static func frame(_ copy: CopyAtCollector) -> [UInt8] {
        guard copy.link == .ip else { return copy.inner }
        return [UInt8](repeating: 2, count: 12) + (copy.inner[0] >> 4 == 4 ? [8, 0] : [0x86, 0xdd]) + copy.inner
    }

    @Test func `the frames themselves are sound`() throws {
        #expect(try Soundness.complaints(about: Self.frames).isEmpty)
    }

    @Test(arguments: lengths, ["vxlan://10.9.0.2", "geneve://[fd09::2]", "gue://10.9.0.2", "gue://10.9.0.2?variant=1"])
    func `shortened copies are whole packets with right lengths and checksums`(
        snaplen: String, target: String
    ) async throws {
        try await Site.with(.dead) { site in
            let copies = try await Self.mirror(Self.frames, ["--snaplen", snaplen, "--to", target], in: site)
            let found = copies.map(Self.frame)
            let wrong = try Soundness.complaints(about: found)
            #expect(wrong.isEmpty, "\(wrong.count), such as \(wrong.first.map { hex(found[$0]) } ?? "")")
            for (copy, frame) in zip(copies, Self.frames) {
                let left = Self.left(of: frame, snaplen)
                let stripped = copy.link == .ip ? Self.network(of: frame) : 0
                #expect(copy.inner.count == left - stripped)
                // Behind the headers nothing is changed.
                let end = Self.headerEnd(frame)
                #expect(copy.inner[(end - stripped)...] == frame[end..<left])
                if left == frame.count { #expect(copy.inner == Array(frame[stripped...])) }
                if target.hasPrefix("geneve") || target == "gue://10.9.0.2" {
                    #expect(copy.metadata?.originalLength == UInt32(frame.count))
                    #expect(copy.metadata?.flags.contains(.lengthsRewritten) == (left < frame.count))
                }
            }
        }
    }

    /// Where the IP header begins.
    private static func network(of frame: [UInt8]) -> Int {
        var offset = 12
        while word(frame, offset) == 0x8100 { offset += 4 }
        return offset + 2
    }

    @Test(arguments: lengths) func `with their lengths kept, copies are what the frames begin with, and not sound`(
        snaplen: String
    ) async throws {
        try await Site.with(.dead) { site in
            let copies = try await Self.mirror(
                Self.frames, ["--snaplen", snaplen, "--keep-lengths", "--to", "vxlan://10.9.0.2"], in: site)
            let expected = Self.frames.map { Array($0.prefix(Self.left(of: $0, snaplen))) }
            #expect(copies.map(\.inner) == expected)
            // What makes the test above one that can fail: tshark says of every cut one that it is.
            let cut = Self.frames.indices.filter { expected[$0].count < Self.frames[$0].count }
            #expect(Set(try Soundness.complaints(about: copies.map(\.inner))) == Set(cut))
        }
    }

    @Test(arguments: ["vxlan://10.9.0.2", "geneve://10.9.0.2", "gue://10.9.0.2"])
    func `of what applications send, headers alone let nothing through`(target: String) async throws {
        try await Site.with(.routed) { site in
            let content = Array((0..<40_000).flatMap { _ in Self.secret })
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--snaplen", "headers", "--to", target, "--", "tcp", "or", "udp"]
                ) { _ in
                    for ipv6 in [false, true] {
                        // Super-packets of segmentation offload are cut segment by segment.
                        let stream = try await site.transfer(content, ipv6: ipv6)
                        let datagrams = Array(content.prefix(1424 * 100))
                        let received = try await site.transferDatagrams(datagrams, of: 1424, ipv6: ipv6)
                        #expect(stream == content && received == datagrams)
                    }
                }
                #expect(totals.addsUp && totals.failed.isEmpty && totals.sent > 1500, "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                let frames = capture.frames.map(\.bytes)
                let copies = try frames.compactMap { try CopyAtCollector($0) }
                #expect(copies.count == totals.sent)
                for copy in copies {
                    let packet = try IPPacket(copy.link == .ip ? copy.inner : Array(copy.inner[14...]))
                    #expect(packet.payload.isEmpty)
                }
                // Nor anywhere else in what leaves for the collector; eight bytes of it would be enough.
                for part in [Self.secret.prefix(8), Self.secret.suffix(8)] {
                    #expect(!frames.contains { contains(Array(part), in: $0) })
                }
                if target.hasPrefix("geneve") {
                    #expect(copies.contains { ($0.metadata?.originalLength ?? 0) > 1400 })
                }
            }
        }
    }

    private func contains(_ part: [UInt8], in bytes: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...bytes.count - part.count).contains {
            bytes[$0] == part[0] && Array(bytes[$0..<$0 + part.count]) == part
        }
    }

    @Test func `shortened super-packets are their segments, each of them sound`() async throws {
        try await Site.with(.routed) { site in
            let content = Site.content(1 << 20)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site,
                    ["eth0", "--snaplen", "200", "--direction", "ingress", "--to", "vxlan://10.9.0.2", "--", "tcp"]
                ) { _ in
                    let received = try await site.transfer(content, ipv6: false)
                    #expect(received == content)
                }
                #expect(totals.addsUp && totals.failed.isEmpty, "\(totals)")
                _ = await Condition.holds { capture.count >= totals.sent }
                let copies = try CopyAtCollector.all(in: capture.frames)
                #expect(copies.count == totals.sent && copies.allSatisfy { $0.inner.count <= 200 })
                #expect(try Soundness.complaints(about: copies.map(\.inner)).isEmpty)
                // Each is the beginning of its segment, wherever that stands in the stream.
                let segments = try copies.map { try IPPacket(Array($0.inner[14...])) }
                let first = try #require(segments.first { $0.isSYN }).sequenceNumber &+ 1
                var seen = 0
                for segment in segments where !segment.isSYN && !segment.payload.isEmpty {
                    let start = Int(segment.sequenceNumber &- first)
                    #expect(segment.payload == Array(content[start..<start + segment.payload.count]))
                    seen += 1
                }
                #expect(seen > 600)
            }
        }
    }
}
