@testable import Expressions

/// What libpcap's interpreter and the kernel, running our translation, say of the same frame.
enum Verdicts {
    /// A frame on the wire, and the packet that a network card makes of it: with its tag beside the bytes, or without.
    struct Frame {
        let wire: [UInt8]
        let bytes: [UInt8]
        let tag: [UInt8]?

        /// At least the Ethernet header, which the kernel wants of a test run's packet; and a tag to put before the type.
        init(_ bytes: UnsafeRawBufferPointer, tag: [UInt8]?) {
            let frame = Array(bytes) + [UInt8](repeating: 0, count: max(0, 14 - bytes.count))
            self.bytes = frame
            self.tag = tag
            wire = tag.map { Array(frame[..<12] + $0 + frame[12...]) } ?? frame
        }
    }

    /// Whether this process may load programs; where it may not, programs are translated and looked at only.
    private static let hasKernel: Bool = {
        let nothing = [ClassicInstruction(code: 0x06, k: 0)]
        let program = require("a program of one instruction") {
            try ExtendedProgram(nothing, direction: .ingress, ending: .verdict)
        }
        let hasKernel = (try? Trial(program)) != nil
        print(hasKernel ? "fuzz: the kernel runs translations" : "fuzz: no right to load programs, so none is run")
        return hasKernel
    }()

    static func compare(
        _ expression: Expression, on frame: Frame, reach: Int? = nil, readsDirectly: Bool = true
    ) {
        let program: ExtendedProgram
        do throws(ExpressionError) {
            program = try ExtendedProgram(
                expression.instructions, direction: .ingress, ending: .verdict, reach: reach,
                readsDirectly: readsDirectly)
        } catch {
            expect(error.code != .invalid, "compiled, and then invalid: \(error)")
            return
        }
        checkJumps(of: program)
        let expected = expression.matches(frame.wire.span.bytes)
        guard hasKernel, !expression.readsMetadata else { return }
        let trial = require("the kernel refuses\n\(expression.disassembly)") { try Trial(program) }
        let verdict = require("no test run") { try trial.verdict(frame.bytes, tag: frame.tag) }
        expect(
            verdict == expected,
            "libpcap says \(expected), the kernel \(verdict); tag \(frame.tag ?? []), frame \(frame.bytes)\n"
                + expression.disassembly)
    }

    /// All jumps lead forwards and none out of the program.
    private static func checkJumps(of program: ExtendedProgram) {
        expect(program.instructions.last == .exit, "the end of the program is no exit")
        for (index, instruction) in program.instructions.enumerated() where instruction.code & 0x07 == 0x05 {
            guard instruction != .exit, instruction.code != ExtendedInstruction.call(0).code else { continue }
            let target = index + 1 + Int(instruction.offset)
            expect(target > index && target < program.instructions.count, "instruction \(index) jumps to \(target)")
        }
    }
}
