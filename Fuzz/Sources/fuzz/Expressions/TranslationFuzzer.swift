@testable import Expressions

/// Classic programs that no expression compiles to, and a frame: libpcap's verdict and the kernel's are the same.
///
/// Instructions take four bytes each: operation, both jump distances, operand. Distances are kept within the program,
/// unless the first byte asks for them as they are; then the translator has to refuse those that lead out.
enum TranslationFuzzer: Fuzzer {
    static let name = "translation"

    static func test(_ input: UnsafeRawBufferPointer) {
        var input = Input(input)
        let flags = input.uint8()
        let count = Int(input.uint8() % 64)
        // libpcap's scratch slots have what the stack had.
        var program = (0..<16).flatMap { slot in
            [
                ClassicInstruction(code: 0x00, k: UInt32(slot) &* 0x0101_0305),
                ClassicInstruction(code: 0x02, k: UInt32(slot)),
            ]
        }
        for index in 0..<count { program.append(instruction(&input, left: count - index, isFree: flags & 1 != 0)) }
        program.append(ClassicInstruction(code: flags & 2 == 0 ? 0x06 : 0x16, k: 1))
        let tag: [UInt8]? =
            flags & 4 == 0 ? nil : input.pick([[0x81, 0x00], [0x88, 0xa8]]) + [input.uint8(), input.uint8()]
        Verdicts.compare(
            Expression("program", instructions: program), on: Verdicts.Frame(input.buffer, tag: tag),
            reach: flags & 8 == 0 ? nil : 1_500, readsDirectly: flags & 16 == 0)
    }

    /// All there are, and one that is none.
    private static let codes: [UInt16] = [
        0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x80, 0x81, 0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x07, 0x87, 0x84,
        0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c,
        0x94, 0x9c, 0xa4, 0xac, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x05, 0x06, 0x16, 0xff,
    ]

    /// Operands for the bytes from 192 on.
    private static let large: [UInt32] = [
        256, 4_000, 0x0800, 0x86dd, 0x8100, 0x3fff, 0x4000, 0x7ffe, 0xffff, 0x10000, 262_144, 0x7fff_ffff, 0x8000_0000,
        0xffff_f004, 0xffff_f008, 0xffff_f010, 0xffff_fff0, .max,
    ]

    private static func instruction(_ input: inout Input, left: Int, isFree: Bool) -> ClassicInstruction {
        let code = input.pick(codes)
        var (jt, jf) = (input.uint8(), input.uint8())
        let byte = input.uint8()
        var operand = byte < 192 ? UInt32(byte) : large[Int(byte - 192) % large.count]
        if !isFree {
            (jt, jf) = (UInt8(Int(jt) % left), UInt8(Int(jf) % left))
            switch code {
            case 0x05: operand %= UInt32(left)
            case 0x60, 0x61, 0x02, 0x03: operand %= 16
            case 0x64, 0x74: operand %= 32
            default: break
            }
        }
        return ClassicInstruction(code: code, jt: jt, jf: jf, k: operand)
    }

    /// A program in the form that `test` reads.
    private static func seed(
        _ name: String, flags: UInt8 = 0, _ program: [(code: UInt16, jt: UInt8, jf: UInt8, operand: UInt8)],
        _ frame: [UInt8]
    ) -> Seed {
        let instructions = program.flatMap { instruction in
            [UInt8(codes.firstIndex(of: instruction.code) ?? 0), instruction.jt, instruction.jf, instruction.operand]
        }
        let tag: [UInt8] = flags & 4 == 0 ? [] : [0, 0, 5]
        return Seed(name, [flags, UInt8(program.count)] + instructions + tag + frame)
    }

    static func seeds() -> [Seed] {
        let frame = ExpressionFuzzer.frame
        // Operands from 192 on number `large`: 194 is the type of IPv4.
        let isIPv4: [(code: UInt16, jt: UInt8, jf: UInt8, operand: UInt8)] = [(0x28, 0, 0, 12), (0x15, 0, 1, 194)]
        let port = isIPv4 + [(0xb1, 0, 0, 14), (0x48, 0, 0, 16), (0x15, 0, 1, 53), (0x16, 0, 0, 0)]
        return [
            seed("type", isIPv4, frame), seed("port", port, frame), seed("port-tagged", flags: 4, port, frame),
            seed("port-helper", flags: 16, port, frame), seed("islands", flags: 8, port, frame),
            seed("accumulator", flags: 2, [(0x80, 0, 0, 0), (0x14, 0, 0, 60), (0x84, 0, 0, 0)], frame),
            seed(
                "slots", [(0x20, 0, 0, 26), (0x02, 0, 0, 3), (0x61, 0, 0, 3), (0x0c, 0, 0, 0), (0x3c, 0, 0, 0)], frame),
            seed("free", flags: 1, [(0x05, 0, 0, 255), (0x15, 9, 9, 0)], frame),
            seed("metadata", [(0x20, 0, 0, 205), (0x15, 0, 0, 4)], frame),
        ]
    }
}
