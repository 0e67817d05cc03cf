import Expressions
import Testing
import TestSupport

/// `protochain`, the one expression with a loop.
@Suite(.serialized) struct LoopTests {
    /// An IPv6 frame with so many hop-by-hop headers in front of TCP.
    private static func frame(headers count: Int) -> [UInt8] {
        var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 0]
        frame += [count > 0 ? 0 : 6, 64] + [UInt8](repeating: 1, count: 32)
        for left in stride(from: count - 1, through: 0, by: -1) {
            frame += [left > 0 ? 0 : 6] + [UInt8](repeating: 0, count: 7)
        }
        return frame + [UInt8](repeating: 0, count: 20)
    }

    @Test func `libpcap's program has a jump backwards and ours has none`() throws {
        let compiled = try Expression.compile("ip6 protochain 6")
        #expect(compiled.contains { $0.code == 0x05 && Int32(bitPattern: $0.k) < 0 })
        let unrolled = try Expression("ip6 protochain 6").instructions
        #expect(!unrolled.contains { $0.code == 0x05 && Int32(bitPattern: $0.k) < 0 })
    }

    @Test(arguments: Corpus.chains)
    func `the unrolled program says what the loop says`(text: String) throws {
        let loop = Expression(text, instructions: try Expression.compile(text))
        let unrolled = try Expression(text)
        let seed: UInt64 = 5
        var generator = FrameGenerator(seed: seed)
        for _ in 0..<5_000 {
            let frame = generator.frame()
            // A loop of authentication headers need not end.
            guard !frame.contains(51) else { continue }
            #expect(
                loop.accepts(frame) == unrolled.accepts(frame), "seed \(seed), \(hex(frame))")
        }
    }

    @Test func `as many headers are followed as is said, and no more`() throws {
        let expression = try Expression("ip6 protochain 6")
        var comparison = Comparison(frames: (0...20).map { Self.frame(headers: $0) }, seed: 1)
        try comparison.run(expression)
        for count in 0...20 {
            let frame = Self.frame(headers: count)
            #expect(expression.accepts(frame) == (count < Expression.maximumChain), "\(count) headers")
        }
    }

    @Test func `a packet on which libpcap's loop would not end does not match`() throws {
        // An authentication header of four words; the next header, found from there, is the same one.
        var frame = Self.frame(headers: 0)
        frame[20] = 51
        frame += [UInt8](repeating: 51, count: 40)
        for index in stride(from: 54, to: 94, by: 2) { (frame[index], frame[index + 1]) = (51, 8) }
        let expression = try Expression("ip6 protochain 6")
        #expect(!expression.accepts(frame))
        var comparison = Comparison(frames: [frame], seed: 1)
        try comparison.run(expression)
    }
}
