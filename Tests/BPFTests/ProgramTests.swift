import BPF
import Testing

struct ProgramTests {
    @Test func `a program of raw instructions runs on a packet`() throws {
        let program = try Program.load(instructions: Instruction.returning(-1), name: "next")
        let frame = [UInt8](repeating: 0xab, count: 60)
        let run = try program.testRun(frame, repeat: 100)
        #expect(run.result == -1)
        #expect(run.packet == frame)
        #expect(run.context == nil)
        let info = try program.info()
        #expect(info.name == "next")
        #expect(info.kind == .classifier)
        #expect(info.tag.count == 16)
        #expect(try ProgramInfo.all().contains { $0.id == program.id })
    }

    @Test func `the context goes in and comes out`() throws {
        let program = try Program.load(
            instructions: [
                Instruction.make(0x61, dst: 0, src: 1, offset: 8),  // r0 = skb->mark
                Instruction.set(2, 7),
                Instruction.make(0x63, dst: 1, src: 2, offset: 48),  // skb->cb[0] = r2
                Instruction.exit,
            ], name: "mark")
        var context = PacketContext(mark: 0x5053)
        context.cb[4] = 9
        let run = try program.testRun([UInt8](repeating: 0, count: 60), context: context)
        #expect(run.result == 0x5053)
        #expect(run.context?.cb[0] == 7)
        #expect(run.context?.cb[4] == 9)
        #expect(run.context?.mark == 0x5053)
    }

    @Test func `a refused program's error has the verifier's last lines and its whole log`() throws {
        let error = try #require(throws: BPFError.self) {
            _ = try Program.load(
                instructions: [Instruction.make(0x61, dst: 0, src: 1, offset: 4000), Instruction.exit], name: "bad")
        }
        #expect(error.code == .refusedByVerifier)
        #expect(error.message.contains("\"bad\""))
        #expect(error.message.contains("invalid bpf_context access off=4000"))
        #expect(!error.message.contains("processed "))
        #expect(error.verifierLog.contains("processed "))
    }

    @Test(arguments: [0, 13]) func `a packet too short for Ethernet is refused`(length: Int) throws {
        let program = try Program.load(instructions: Instruction.returning(0), name: "ok")
        #expect(throws: BPFError.self) { try program.testRun([UInt8](repeating: 0, count: length)) }
    }
}
