import Expressions
import Lab
import TestSupport
import Testing

/// What arrives at the collector, against what libpcap selects from the same frames with its own interpreter.
@Suite(.serialized) struct ExpressionTests {
    static let seed: UInt64 = 20_261_123

    /// Frames that an interface can receive: when it takes a tag out, the kernel drops a frame that has not two bytes
    /// after it (skb_vlan_untag, net/core/skbuff.c).
    private static func canArrive(_ frame: [UInt8]) -> Bool {
        guard frame.count >= 14 else { return false }
        let type = word(frame, 12)
        return frame.count >= 20 || (type != 0x8100 && type != 0x88a8)
    }

    /// Generated frames, some of them so long that the kernel keeps their bytes in pages beside the packet.
    private static func generated(_ count: Int) -> [[UInt8]] {
        var generator = FrameGenerator(seed: seed)
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { number in
            let frame = generator.frame()
            return number % 8 == 0 ? frame + random.bytes(5000) : frame
        }
    }

    @Test func `generated frames are mirrored as libpcap selects them`() async throws {
        // Every second one is more than enough, and the kernel judges all of them without a network elsewhere.
        let half = stride(from: 0, to: Corpus.ofFrames.count, by: 2).map { Corpus.ofFrames[$0] }
        #expect(half.count > 150)
        try await Self.compare(half, Self.generated(1200))
    }

    @Test func `frames captured from real protocols are mirrored as libpcap selects them`() async throws {
        let frames = try CaptureFiles.ethernetFrames(ofSourcePackage: "tcpdump", mostFromEach: 40)
        #expect(frames.count > 300)
        let every = stride(from: 1, to: Corpus.ofFrames.count, by: 8).map { Corpus.ofFrames[$0] }
        try await Self.compare(every, frames)
    }

    /// Mirrors the frames with each expression, on two networks at once.
    private static func compare(_ expressions: [String], _ frames: [[UInt8]]) async throws {
        let frames = frames.filter(canArrive)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for half in 0..<2 {
                group.addTask {
                    try await Site.with(.dead, mtu: 9000) { site in
                        var matches = 0
                        for number in stride(from: half, to: expressions.count, by: 2) {
                            matches += try await compare(expressions[number], frames, processor: half, in: site)
                        }
                        return matches
                    }
                }
            }
            let matches = try await group.reduce(0, +)
            #expect(matches > 0)
            print("\(expressions.count) expressions, \(frames.count) frames, \(matches) copies")
        }
    }

    /// - Returns: how many frames the expression selects.
    private static func compare(
        _ text: String, _ frames: [[UInt8]], processor: Int, in site: Site
    ) async throws -> Int {
        let expression = try Expression(text)
        let expected = frames.filter { expression.matches($0.span.bytes) }
        try await Capture.on("eth0", of: Site.collector, in: site) { capture in
            let totals = try await MirrorProcess.during(
                site, ["eth0", "--direction", "ingress", "--to", "vxlan://10.9.0.2", "--", text]
            ) { _ in try await site.send(frames, processor: processor) }
            _ = await Condition.holds { capture.count >= totals.sent }
            let copies = try CopyAtCollector.all(in: capture.frames).map(\.inner)
            #expect(
                totals.matched == expected.count && totals.sent == totals.matched && totals.truncated == 0,
                "'\(text)' matched \(totals.matched) frames of \(expected.count): \(totals)")
            if let difference = difference(copies, expected) {
                Issue.record("'\(text)', seed \(seed): \(difference)\n\(expression.disassembly)")
            }
        }
        return expected.count
    }

    /// The first place where what came is not what should have come.
    private static func difference(_ copies: [[UInt8]], _ expected: [[UInt8]]) -> String? {
        guard copies != expected else { return nil }
        let place =
            zip(copies, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? min(copies.count, expected.count)
        let came = place < copies.count ? hex(copies[place]) : "nothing"
        let due = place < expected.count ? hex(expected[place]) : "nothing"
        return "copy \(place) of \(copies.count) is \(came); libpcap selects \(expected.count), here \(due)"
    }
}
