import Expressions
import Testing

/// The kernel running our translation, against libpcap running its own program.
@Suite(.serialized) struct DifferentialTests {
    private static let seed: UInt64 = 20_261_123

    @Test(arguments: [true, false])
    func `generated frames get libpcap's verdict`(readsDirectly: Bool) throws {
        var generator = FrameGenerator(seed: Self.seed)
        let frames = (0..<(readsDirectly ? 3_000 : 600)).map { _ in generator.frame() }
        try Self.compare(Corpus.ofFrames, frames, readsDirectly: readsDirectly, mustMatch: readsDirectly)
    }

    static func compare(
        _ expressions: [String], _ frames: [[UInt8]], readsDirectly: Bool = true, mustMatch: Bool = false
    ) throws {
        var generator = FrameGenerator(seed: seed)
        var (runs, matches) = (0, 0)
        for text in expressions {
            let expression = try Expression(text)
            let trial: Trial
            do {
                trial = try Trial(
                    ExtendedProgram(
                        expression.instructions, direction: .ingress, ending: .verdict, readsDirectly: readsDirectly))
            } catch {
                Issue.record("'\(text)' does not load: \(error)")
                continue
            }
            var differences = 0
            func check(_ frame: [UInt8], _ bytes: [UInt8], tag: [UInt8]?) throws {
                let expected = expression.matches(frame.span.bytes)
                let verdict = try trial.verdict(bytes, tag: tag)
                (runs, matches) = (runs + 1, matches + (expected ? 1 : 0))
                guard verdict != expected, differences < 3 else { return }
                differences += 1
                Issue.record(
                    """
                    '\(text)': libpcap says \(expected), the kernel \(verdict), tag \(tag.map(hex) ?? "none") \
                    in metadata, seed \(seed), frame \(hex(frame))
                    \(expression.disassembly)
                    """)
            }
            for frame in frames {
                try check(frame, frame, tag: nil)
                // The same frame with its tag taken from the bytes, or with one more tag.
                let type = Array(frame[12..<14])
                if frame.count >= 18, type == [0x81, 0x00] || type == [0x88, 0xa8] {
                    try check(frame, Array(frame[..<12] + frame[16...]), tag: Array(frame[12..<16]))
                } else {
                    let tag = generator.tag()
                    try check(Array(frame[..<12] + tag + frame[12...]), frame, tag: tag)
                }
            }
        }
        #expect(runs > 0)
        print("\(expressions.count) expressions, \(runs) runs, \(matches) matches")
    }
}

func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
