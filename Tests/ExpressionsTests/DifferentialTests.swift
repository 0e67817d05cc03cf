import Expressions
import Testing
import TestSupport

/// The kernel running our translation, against libpcap running its own program.
@Suite(.serialized) struct DifferentialTests {
    private static let seed: UInt64 = 20_261_123

    @Test func `generated frames get libpcap's verdict, with the tag in the bytes and in the metadata`() throws {
        var generator = FrameGenerator(seed: Self.seed)
        let frames = (0..<2_500).map { _ in generator.frame() }
        var comparison = Comparison(frames: frames, seed: Self.seed)
        for text in Corpus.ofFrames { try comparison.run(Expression(text)) }
        // Frames are made so that expressions have something to say yes to; what is left over cannot match, or hardly.
        let silent = Corpus.ofFrames.filter { comparison.matches[$0] == 0 }
        #expect(silent.count < 25, "expressions that matched no frame: \(silent)")
        let always = Corpus.ofFrames.filter { comparison.matches[$0] == comparison.runs / Corpus.ofFrames.count }
        #expect(always.count < 10, "expressions that matched all frames: \(always)")
    }

    @Test func `loads by the helper alone get libpcap's verdict`() throws {
        var generator = FrameGenerator(seed: Self.seed + 1)
        var comparison = Comparison(frames: (0..<500).map { _ in generator.frame() }, seed: Self.seed + 1)
        for text in Corpus.ofFrames { try comparison.run(Expression(text), readsDirectly: false) }
    }

    @Test func `every length of a frame gets libpcap's verdict`() throws {
        let vlan: [UInt8] = [0x81, 0x00, 0x00, 0x05]
        let tcp: [UInt8] =
            [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] + vlan + [0x08, 0x00, 0x46, 0, 0, 60, 0, 1, 0x40, 0, 64, 6, 0, 0]
            + [10, 0, 0, 1, 192, 168, 1, 7, 1, 1, 1, 0] + [0x30, 0x39, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x60, 0x18, 4, 0]
            + [0, 0, 0, 0, 1, 1, 1, 0] + Array("GET / HTTP/1.1".utf8)
        let untagged = Array(tcp[..<12] + tcp[16...])
        let frames = [tcp, untagged].flatMap { frame in (14...frame.count).map { Array(frame[..<$0]) } }
        var comparison = Comparison(frames: frames, seed: Self.seed)
        for text in Corpus.ofFrames { try comparison.run(Expression(text)) }
    }

    @Test func `frames of capture files get libpcap's verdict`() throws {
        let frames = try CaptureFiles.ethernetFrames(ofSourcePackage: "tcpdump", mostFromEach: 15)
        #expect(frames.count > 500)
        var comparison = Comparison(frames: frames, seed: Self.seed)
        for text in Corpus.ofFrames { try comparison.run(Expression(text)) }
    }
}
