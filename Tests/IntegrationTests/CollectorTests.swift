import Foundation
import Glibc
import Lab
import Packets
import Pcapng
import TestSupport
import Testing

/// Mirror and collector together: sent = received + lost, and the capture holds what was mirrored.
@Suite(.serialized) struct CollectorTests {
    private struct Ended: Decodable {
        var event: String
        var received: Int?
        var lost: Int?
        var malformed: Int?
        var written: Int?
    }

    @Test(arguments: [0, 1]) func `the collector writes what was mirrored`(family: Int) async throws {
        let frames = CounterTests.packets(500) + NumberedTraffic.templates(seed: 6, count: 100)
        let address =
            Site.collectorAddresses[family].contains(":") ? "[\(Site.collectorAddresses[family])]" : "10.9.0.2"
        let directory = try TemporaryDirectory()
        try await Site.with(.dead) { site in
            let collector = try site.network.start(
                in: Site.collector,
                [
                    MirrorProcess.executable, "collect", "vxlan", "geneve", "gue", "--json", "--write",
                    directory.path("out.pcapng"),
                ], limit: .seconds(120))
            try #require(await collector.waitForOutput(containing: "\"listening\"", within: Condition.patience))
            let totals = try await MirrorProcess.during(
                site, ["eth0"] + ["vxlan", "geneve", "gue"].flatMap { ["--to", "\($0)://\(address)"] }
            ) { _ in try await site.send(frames) }
            #expect(totals.addsUp && totals.sent >= frames.count * 2 + 500, "\(totals)")
            func last() throws -> Ended? {
                let lines = collector.outputSoFar.split(separator: 10, omittingEmptySubsequences: true)
                return try lines.last.map { try JSONDecoder().decode(Ended.self, from: Data($0)) }
            }
            // Counters come every second; a line that is not whole yet is read again.
            _ = await Condition.holds { ((try? last())??.received ?? 0) >= totals.sent }
            let result = await collector.interrupt()
            let ended = try #require(try last())
            #expect(result.succeeded && ended.event == "ended", "\(result.text)\(result.errorText)")
            #expect(ended.received == totals.sent && ended.lost == 0 && ended.malformed == 0, "\(ended), \(totals)")
            var reader = try CaptureReader(directory.read("out.pcapng"))
            let packets = try reader.rest()
            #expect(packets.count == totals.sent && ended.written == totals.sent)
            // An interface each: VXLAN, Geneve and GUE, in the order in which they came.
            #expect(reader.interfaces.count == 3)
            let inner = Dictionary(grouping: packets, by: \.interface).values.map { $0.map(\.bytes) }
            #expect(inner.count { $0 == frames } == 2)
            #expect(inner.contains { $0.first == Array(frames[0][14...]) })
        }
    }
}
