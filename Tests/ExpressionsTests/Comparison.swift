import Expressions
import Testing
import TestSupport

/// Runs expressions over frames, in the kernel and in libpcap, and records where they differ.
struct Comparison {
    private let frames: [Case]
    private let seed: UInt64
    private(set) var runs = 0
    /// Frames that each expression matched.
    private(set) var matches: [String: Int] = [:]

    private struct Case {
        /// The frame on the wire.
        let wire: [UInt8]
        /// The packet's bytes in the kernel, and the tag in its metadata.
        let bytes: [UInt8]
        let tag: [UInt8]?
    }

    /// Each frame counts twice: as it is, and with its first tag in the metadata; if it has none, with a random one.
    init(frames: [[UInt8]], seed: UInt64) {
        var generator = FrameGenerator(seed: seed)
        self.seed = seed
        self.frames = frames.flatMap { frame in
            let plain = Case(wire: frame, bytes: frame, tag: nil)
            let type = Array(frame[12..<14])
            if frame.count >= 18, type == [0x81, 0x00] || type == [0x88, 0xa8] {
                return [
                    plain, Case(wire: frame, bytes: Array(frame[..<12] + frame[16...]), tag: Array(frame[12..<16])),
                ]
            }
            let tag = generator.tag()
            return [plain, Case(wire: Array(frame[..<12] + tag + frame[12...]), bytes: frame, tag: tag)]
        }
    }

    mutating func run(_ expression: Expression, readsDirectly: Bool = true, reach: Int? = nil) throws {
        let program = try ExtendedProgram(
            expression.instructions, direction: .ingress, ending: .verdict, reach: reach, readsDirectly: readsDirectly)
        let listing = expression.disassembly.prefix(8_000)
        let trial: Trial
        do {
            trial = try Trial(program)
        } catch {
            Issue.record("'\(expression.text.prefix(1_000))' (seed \(seed)) does not load: \(error)\n\(listing)")
            return
        }
        var (differences, matched) = (0, 0)
        for frame in frames {
            let expected = expression.accepts(frame.wire)
            let verdict = try trial.verdict(frame.bytes, tag: frame.tag)
            if expected { matched += 1 }
            guard verdict != expected else { continue }
            differences += 1
            guard differences <= 3 else { continue }
            Issue.record(
                """
                '\(expression.text)': libpcap says \(expected), the kernel \(verdict); \
                tag in metadata: \(frame.tag.map(hex) ?? "none"), seed \(seed), frame \(hex(frame.wire))
                \(listing)
                """)
        }
        runs += frames.count
        matches[expression.text] = matched
    }
}

func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

extension Expression {
    /// libpcap's verdict; the testing macros do not take spans.
    func accepts(_ frame: [UInt8], originalLength: Int? = nil) -> Bool {
        matches(frame.span.bytes, originalLength: originalLength)
    }
}
