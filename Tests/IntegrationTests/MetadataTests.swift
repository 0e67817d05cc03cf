import Foundation
import Glibc
import Lab
import Packets
import TestSupport
import Testing

/// What copies say of themselves, against what is known of them.
@Suite(.serialized) struct MetadataTests {
    private static let targets = ["geneve://10.9.0.2", "geneve://[fd09::2]", "gue://10.9.0.2", "gue://[fd09::2]"]

    /// What the mirror's clock may be off by before it is set anew: a millisecond, and the time that reading it takes.
    private static let drift: UInt64 = 2_000_000

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Whether numbers are 0, 1, 2 ... in this order.
    private static func isContiguous(_ numbers: [UInt32]) -> Bool { numbers == Array(0..<UInt32(numbers.count)) }

    /// UDP packets to ports 53 and 54.
    private static func packets(_ count: Int) -> [[UInt8]] {
        (0..<count).map { number in
            FrameBuilder().ipv4(from: "192.0.2.1", to: "192.0.2.2").udp(
                from: UInt16(1024 + number % 1000), to: UInt16(53 + number % 2),
                payload: [UInt8](repeating: 0, count: number % 700)
            ).frame
        }
    }

    private static let rules = """
        rules:
          - {name: even, action: mirror, destination-port: 53}
          - {name: odd, action: mirror, destination-port: 54}
        """

    @Test(arguments: targets) func `copies are numbered for each CPU and rule, and say what they were`(
        target: String
    ) async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(Self.rules.utf8), to: "rules.yaml")
        let packets = Self.packets(400)
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let before = Self.now()
                let totals = try await MirrorProcess.during(site, ["eth0", "--rules", path, "--to", target]) { _ in
                    try await site.send(packets, processor: 0)
                    try await site.send(packets, processor: 1)
                    try await site.send(packets, from: Site.mirror, processor: 0)
                }
                let after = Self.now()
                #expect(totals.sent == 1200 && totals.addsUp, "\(totals)")
                _ = await Condition.holds { capture.count >= 1200 }
                let copies = try CopyAtCollector.all(in: capture.frames)
                let all = try copies.map { try #require($0.metadata) }
                #expect(all.count == 1200 && Set(all.map(\.stream)).count == 1)
                #expect(all.allSatisfy { $0.target == 0 && $0.generation == 0 && $0.samplingRate == 1 })
                for cpu in Set(all.map(\.cpu)) {
                    let own = all.filter { $0.cpu == cpu }
                    #expect(Self.isContiguous(own.map(\.sequence)), "CPU \(cpu)")
                    for rule in [0, 1] as [UInt32] {
                        #expect(Self.isContiguous(own.filter { $0.rule == rule }.map(\.ruleSequence)), "CPU \(cpu)")
                    }
                }
                // A virtual link hands packets on where they were sent.
                if sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 { #expect(Set(all.map(\.cpu)) == [0, 1]) }
                for (copy, frame) in zip(all, packets + packets + packets) {
                    #expect(copy.originalLength == UInt32(frame.count))
                    #expect(copy.rule == UInt32(word(frame, 36) - 53))
                }
                #expect(
                    all.prefix(800).allSatisfy { $0.flags == [] } && all.suffix(400).allSatisfy { $0.flags == .egress })
                #expect(all.allSatisfy { (before - Self.drift...after + Self.drift).contains($0.timestamp) })
                #expect(zip(all, all.dropFirst()).allSatisfy { $0.cpu != $1.cpu || $0.timestamp <= $1.timestamp })
                // And what the collector's kernel saw came after that, not much later.
                for (copy, frame) in zip(all, capture.frames.filter { (try? CopyAtCollector($0.bytes)) != nil }) {
                    #expect(frame.time + Self.drift >= copy.timestamp && frame.time < copy.timestamp + 1_000_000_000)
                }
            }
        }
    }

    @Test func `each target has numbers of its own, and each run of a mirror another stream`() async throws {
        try await Site.with(.dead) { site in
            var streams: Set<UInt32> = []
            for _ in 0..<2 {
                try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                    let totals = try await MirrorProcess.during(
                        site, ["eth0"] + Self.targets.flatMap { ["--to", $0] }
                    ) { _ in try await site.send(Self.packets(100)) }
                    #expect(totals.sent == 400 && totals.addsUp, "\(totals)")
                    _ = await Condition.holds { capture.count >= 400 }
                    let copies = try CopyAtCollector.all(in: capture.frames)
                    for (number, target) in Self.targets.enumerated() {
                        let own = copies.filter { $0.metadata?.target == UInt8(number) }
                        #expect(own.allSatisfy { target.hasPrefix($0.tunnel.rawValue) })
                        #expect(Self.isContiguous(own.compactMap(\.metadata?.sequence)))
                        #expect(own.count == 100)
                    }
                    streams.formUnion(copies.compactMap(\.metadata?.stream))
                }
            }
            #expect(streams.count == 2)
        }
    }

    @Test func `rules keep their numbers when the list is replaced, and count anew`() async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(Self.rules.utf8), to: "rules.yaml")
        let other = """
            rules:
              - {name: first, action: mirror, destination-port: 52}
              - {name: odd, action: mirror, destination-port: 54}
              - {name: even, action: mirror, destination-port: 53}
            """
        try await Site.with(.dead) { site in
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let totals = try await MirrorProcess.during(
                    site, ["eth0", "--rules", path, "--to", "geneve://10.9.0.2"]
                ) { mirror in
                    for (round, yaml) in [Self.rules, other, Self.rules].enumerated() {
                        if round > 0 {
                            _ = try directory.write(Array(yaml.utf8), to: "rules.yaml")
                            mirror.process.signal(SIGHUP)
                            try await mirror.event("replaced", number: round)
                        }
                        try await site.send(Self.packets(100))
                    }
                }
                #expect(totals.sent == 300 && totals.addsUp, "\(totals)")
                _ = await Condition.holds { capture.count >= 300 }
                let copies = try CopyAtCollector.all(in: capture.frames)
                let all = copies.compactMap(\.metadata)
                #expect(all.count == 300 && Self.isContiguous(all.map(\.sequence)))
                #expect(all.map(\.generation) == (0..<300).map { UInt8($0 / 100) })
                for (copy, metadata) in zip(copies, all) {
                    #expect(metadata.rule == UInt32(word(copy.inner, 36) - 53))
                }
                for generation in UInt8(0)...2 {
                    for rule in UInt32(0)...1 {
                        let own = all.filter { $0.generation == generation && $0.rule == rule }
                        #expect(own.count == 50 && Self.isContiguous(own.map(\.ruleSequence)))
                    }
                }
            }
        }
    }

    @Test(arguments: [("geneve://10.9.0.2", 8), ("gue://10.9.0.2", 4)])
    func `without metadata, copies are as short as those of others`(target: String, header: Int) async throws {
        try await Site.with(.dead) { site in
            let frames = Self.packets(50)
            for metadata in ["on", "off"] {
                try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                    let totals = try await MirrorProcess.during(
                        site, ["eth0", "--to", "\(target)?metadata=\(metadata)"]
                    ) { _ in try await site.send(frames) }
                    #expect(totals.sent == 50 && totals.addsUp, "\(totals)")
                    _ = await Condition.holds { capture.count >= 50 }
                    let copies = try CopyAtCollector.all(in: capture.frames)
                    let own = metadata == "on" ? CopyMetadata.length : 0
                    #expect(copies.count == 50)
                    #expect(copies.allSatisfy { $0.outerLength == 20 + 8 + header + own + $0.inner.count })
                    #expect(copies.allSatisfy { ($0.metadata == nil) == (metadata == "off") })
                    #expect(totals.wireBytes == copies.reduce(0) { $0 + 14 + $1.outerLength })
                }
            }
        }
    }
}
