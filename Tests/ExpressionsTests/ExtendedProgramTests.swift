import BPF
import Expressions
import TestSupport
import Testing

@Suite(.serialized) struct ExtendedProgramTests {
    private static let frame: [UInt8] =
        [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00] + [0x45] + [UInt8](repeating: 0, count: 39)

    @Test func `an instruction is encoded as the kernel has it in memory`() {
        let instruction = ExtendedInstruction(code: 0x61, destination: 7, source: 2, offset: -2, immediate: -3)
        #expect(instruction.encoded.littleEndian == 0xffff_fffd_fffe_2761)
    }

    @Test(arguments: ExtendedProgram.Direction.allCases)
    func `programs keep to the oldest instruction set and write to the stack alone`(
        direction: ExtendedProgram.Direction
    ) throws {
        for text in Corpus.ofFrames + Corpus.ofMetadata {
            let program = try ExtendedProgram(
                Expression(text), direction: direction, ending: .tailCall(programArray: 3))
            var isSecondHalf = false
            for instruction in program.instructions {
                defer { isSecondHalf = instruction.code == 0x18 }
                if isSecondHalf { continue }
                switch instruction.code & 0x07 {
                case 0x00: #expect(instruction.code == 0x18, "\(text)")
                case 0x01: #expect(instruction.code & 0xe0 == 0x60, "\(text)")
                // A store: eight bytes, below the frame pointer.
                case 0x03: #expect(instruction.code == 0x7b && instruction.destination == 10, "\(text)")
                // Arithmetic of 32 and 64 bits: signed division and sign extension, of -mcpu=v4, have an offset.
                case 0x04: #expect(instruction.code <= 0xdc && instruction.offset == 0, "\(text)")
                case 0x05:
                    #expect([12, 26].contains(instruction.immediate) || instruction.code != 0x85, "\(text)")
                    #expect(instruction.code == 0x85 || instruction.code == 0x95 || instruction.offset >= 0, "\(text)")
                case 0x07: #expect(instruction.code <= 0xbf && instruction.offset == 0, "\(text)")
                default: Issue.record("'\(text)' has an instruction with code \(instruction.code)")
                }
            }
        }
    }

    @Test(arguments: ExtendedProgram.Direction.allCases)
    func `a match calls the program in the direction's slot, and goes on where there is none`(
        direction: ExtendedProgram.Direction
    ) throws {
        let entries = try ProgramArray(
            Map.create(.programArray, name: "entries", keySize: 4, valueSize: 4, maxEntries: 2))
        let program = { (text: String) in
            try Trial(
                ExtendedProgram(
                    Expression(text), direction: direction,
                    ending: .tailCall(programArray: entries.map.fileDescriptor)))
        }
        let (ip, arp, all) = (try program("ip"), try program("arp"), try program(""))
        #expect(try ip.result(Self.frame) == -1)
        for slot in 0..<2 {
            let called = [
                ExtendedInstruction(code: 0xb7, immediate: 40 + Int32(slot)), ExtendedInstruction(code: 0x95),
            ]
            try entries.set(slot, to: Program.load(instructions: called.map(\.encoded), name: "called"))
        }
        #expect(try ip.result(Self.frame) == 40 + Int32(direction.rawValue))
        #expect(try ip.result(Self.frame, tag: [0x81, 0, 0, 5]) == -1)
        #expect(try arp.result(Self.frame) == -1)
        #expect(try all.result(Self.frame) == 40 + Int32(direction.rawValue))
        try entries.clear(Int(direction.rawValue))
        #expect(try ip.result(Self.frame) == -1)
    }

    @Test(arguments: Corpus.ofMetadata)
    func `what is asked beside the frame is answered for the direction`(text: String) throws {
        let expression = try Expression(text)
        var generator = FrameGenerator(seed: 3)
        let frames = (0..<100).map { _ in generator.frame() }
        for direction in ExtendedProgram.Direction.allCases {
            let trial = try Trial(ExtendedProgram(expression, direction: direction, ending: .verdict))
            // The oracle's program has the answers in place of the questions. Test runs are on interface 1.
            let answered = Expression(
                text,
                instructions: expression.instructions.map { instruction in
                    switch (instruction.code, instruction.k) {
                    case (0x28, 0xffff_f004): ClassicInstruction(code: 0x00, k: direction == .egress ? 4 : 0)
                    case (0x20, 0xffff_f008): ClassicInstruction(code: 0x00, k: 1)
                    default: instruction
                    }
                })
            #expect(!answered.readsMetadata)
            for frame in frames {
                #expect(
                    try trial.verdict(frame) == answered.accepts(frame), "\(direction) \(hex(frame))")
            }
        }
    }

    @Test func `other metadata is refused by its name`() throws {
        let error = #expect(throws: ExpressionError.self) {
            try ExtendedProgram(
                Expression("ether[4294963248:2] = 5"), direction: .ingress, ending: .verdict)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("SKF_AD_OFF + 48") == true)
    }

    @Test(arguments: [
        [ClassicInstruction(code: 0x34, k: 0), ClassicInstruction(code: 0x06, k: 1)],
        [ClassicInstruction(code: 0x64, k: 32), ClassicInstruction(code: 0x06, k: 1)],
        [ClassicInstruction(code: 0x60, k: 16), ClassicInstruction(code: 0x06, k: 1)],
        [ClassicInstruction(code: 0xff, k: 0), ClassicInstruction(code: 0x06, k: 1)],
        [ClassicInstruction(code: 0x05, k: 1), ClassicInstruction(code: 0x06, k: 1)],
        [ClassicInstruction(code: 0x05, k: 0xffff_ffff), ClassicInstruction(code: 0x06, k: 1)],
        [ClassicInstruction(code: 0x15, jt: 0, jf: 1, k: 1), ClassicInstruction(code: 0x06, k: 1)],
        [ClassicInstruction(code: 0x00, k: 1)],
    ])
    func `programs that are none are refused`(classic: [ClassicInstruction]) {
        let error = #expect(throws: ExpressionError.self) {
            try ExtendedProgram(classic, direction: .ingress, ending: .verdict)
        }
        #expect(error?.code == .unsupported)
    }
}
