import Expressions
import Testing
import TestSupport

/// Classic programs that no expression compiles to.
@Suite(.serialized) struct RandomProgramTests {
    @Test(arguments: [
        (seed: 1 as UInt64, count: 250, reach: nil as Int?, readsDirectly: true),
        (seed: 2, count: 100, reach: 1_500, readsDirectly: true),
        (seed: 3, count: 60, reach: nil, readsDirectly: false),
    ])
    func `random classic programs get libpcap's verdict`(
        seed: UInt64, count: Int, reach: Int?, readsDirectly: Bool
    ) throws {
        var random = SeededGenerator(seed: seed)
        var frames = FrameGenerator(seed: seed)
        for number in 0..<count {
            let program = Self.program(&random)
            var comparison = Comparison(frames: (0..<40).map { _ in frames.frame() }, seed: seed)
            try comparison.run(
                Expression("program \(number)", instructions: program), readsDirectly: readsDirectly, reach: reach)
        }
    }

    private static func program(_ random: inout SeededGenerator) -> [ClassicInstruction] {
        // libpcap's scratch slots have what the stack had.
        var program = (0..<16).flatMap { slot -> [ClassicInstruction] in
            [ClassicInstruction(code: 0x00, k: random.next32()), ClassicInstruction(code: 0x02, k: UInt32(slot))]
        }
        program += [ClassicInstruction(code: 0x00, k: UInt32.random(in: 0...40, using: &random))]
        let size = random.pick([5, 12, 30, 80, 150])
        for index in 0..<size { program.append(instruction(&random, left: size - index)) }
        return program + [ClassicInstruction(code: random.pick([0x06, 0x16]), k: random.pick([0, 1, 262_144]))]
    }

    private static func instruction(_ random: inout SeededGenerator, left: Int) -> ClassicInstruction {
        let near: UInt32 = random.pick([
            0, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 22, 23, 26, 30, 34, 36, 60,
            .random(in: 0...100, using: &random),
        ])
        let far: UInt32 = random.pick([
            near, near, near, near, near, near, near, near, near, near, near, near, near, near, 4_000, 0x3fff, 0x4000,
            0x7ffe, 0x10000, 0x7fff_ffff, 0xffff_fff0,
        ])
        let operand: UInt32 = random.pick([1, 2, 3, 8, 15, 31, 255, 0x7fff_ffff, 0x8000_0000, .max, random.next32()])
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<25: return ClassicInstruction(code: random.pick([0x20, 0x28, 0x30]), k: far)
        case 25..<37: return ClassicInstruction(code: random.pick([0x40, 0x48, 0x50]), k: far)
        case 37..<43: return ClassicInstruction(code: 0xb1, k: near)
        case 43..<46: return ClassicInstruction(code: random.pick([0x80, 0x81]), k: 0)
        case 46..<50: return ClassicInstruction(code: random.pick([0x00, 0x01]), k: random.pick([near, operand]))
        case 50..<56:
            return ClassicInstruction(
                code: random.pick([0x60, 0x61, 0x02, 0x03]), k: .random(in: 0..<16, using: &random))
        case 56..<62: return ClassicInstruction(code: random.pick([0x07, 0x87]), k: 0)
        case 62..<64: return ClassicInstruction(code: 0x84, k: 0)
        case 64..<68: return ClassicInstruction(code: 0x54, k: random.pick([1, 3, 7, 15, 63, 255]))
        case 68..<84:
            let operation: UInt16 = random.pick([0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0])
            let shifts = operation == 0x60 || operation == 0x70
            return ClassicInstruction(
                code: 0x04 | operation | random.pick([0x00, 0x08]), k: shifts ? operand & 31 : operand)
        default:
            let reach = UInt32(min(left - 1, 20))
            if random.chance(15) { return ClassicInstruction(code: 0x05, k: .random(in: 0...reach, using: &random)) }
            return ClassicInstruction(
                code: 0x05 | random.pick([0x10, 0x20, 0x30, 0x40]) | random.pick([0x00, 0x08]),
                jt: .random(in: 0...UInt8(reach), using: &random), jf: .random(in: 0...UInt8(reach), using: &random),
                k: random.pick([operand, near, 0x0800, 6, 10]))
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func next32() -> UInt32 { UInt32.random(in: 0...UInt32.max, using: &self) }
}
