import BPF
import Glibc
import TestSupport
import Testing

struct ProgramAttachmentTests {
    /// The mechanisms of the running kernel.
    static let mechanisms: [ProgramAttachment.Mechanism] =
        (try? Features.hasTCX()) == true ? [.tcx, .clsact] : [.clsact]

    @Test(arguments: mechanisms, [Hook.ingress, .egress])
    func `an update loses no packet and runs on none twice`(mechanism: ProgramAttachment.Mechanism, hook: Hook) throws {
        try Namespace.run {
            let lo = try loopback()
            let counters = try [counter(), counter()]
            let programs = try counters.map { try counting(in: $0, returning: Instruction.next) }
            let attachment = try ProgramAttachment.attach(programs[0], to: lo, at: hook, by: mechanism)
            let actual = attachment.mechanism
            #expect(actual == mechanism)
            guard let ping = popen("ping -q -f -c 3000 127.0.0.1 >/dev/null", "r") else { return }
            for round in 1...200 { try attachment.update(to: programs[round % 2]) }
            #expect(pclose(ping) == 0)
            let counts = try counters.map { try $0.value(at: 0) }
            // A request and an answer each.
            #expect(counts[0] + counts[1] == 6000)
            try attachment.detach()
            try Namespace.shell("ping -c 1 127.0.0.1")
            #expect(try counters.map { try $0.value(at: 0) } == counts)
        }
    }

    @Test(arguments: mechanisms)
    func `the attachment goes with its owner, and other people's stays`(mechanism: ProgramAttachment.Mechanism) throws {
        try Namespace.run {
            let lo = try loopback()
            let theirs = try counter()
            let other = try ProgramAttachment.attach(
                counting(in: theirs, returning: Instruction.next), to: lo, at: .ingress, by: mechanism)
            let drop = try Program.load(instructions: Instruction.returning(Instruction.shot), name: "drop")
            do {
                let mine = try ProgramAttachment.attach(drop, to: lo, at: .ingress, by: mechanism)
                #expect(throws: (any Error).self) { try Namespace.shell("ping -c 1 -W 0.2 127.0.0.1") }
                #expect(try theirs.value(at: 0) == 0)
                _ = consume mine
            }
            try Namespace.shell("ping -c 1 -W 1 127.0.0.1")
            #expect(try theirs.value(at: 0) == 2)
            do {
                let mine = try ProgramAttachment.attach(drop, to: lo, at: .ingress, position: .last, by: mechanism)
                #expect(throws: (any Error).self) { try Namespace.shell("ping -c 1 -W 0.2 127.0.0.1") }
                #expect(try theirs.value(at: 0) == 3)
                try mine.detach()
            }
            try Namespace.shell("ping -c 1 -W 1 127.0.0.1")
            _ = consume other
            #expect(try AttachedProgram.all(on: lo, at: .ingress) == [])
        }
    }

    @Test func `by default the kernel's best mechanism is used`() throws {
        try Namespace.run {
            let lo = try loopback()
            let program = try Program.load(instructions: Instruction.returning(Instruction.next), name: "best")
            let attachment = try ProgramAttachment.attach(program, to: lo, at: .egress)
            let (mechanism, survives) = (attachment.mechanism, attachment.survivesKilling)
            #expect(mechanism == (try Features.hasTCX() ? .tcx : .clsact))
            #expect(survives == (mechanism == .clsact))
            try attachment.detach()
        }
    }

    @Test func `tcx asked for on a kernel without it is an error that says so`() throws {
        guard try !Features.hasTCX() else { return }
        let program = try Program.load(instructions: Instruction.returning(Instruction.next), name: "old")
        let error = try #require(throws: BPFError.self) {
            _ = try ProgramAttachment.attach(program, to: 1, at: .ingress, by: .tcx)
        }
        #expect(error.code == .notSupported)
        #expect(error.message.contains("6.6"))
    }

    @Test func `what is told to stay stays`() throws {
        try Namespace.run {
            let lo = try loopback()
            let program = try Program.load(instructions: Instruction.returning(Instruction.next), name: "stay")
            try ProgramAttachment.attach(program, to: lo, at: .ingress, by: .clsact, name: "stay/1").leave()
            #expect(try AttachedProgram.all(on: lo, at: .ingress).count == 1)
            let filter = try ClsactFilter.open(named: "stay/1", on: lo, at: .ingress, removesQdisc: true)
            try ProgramAttachment(filter).detach()
            #expect(try !Namespace.shell("tc qdisc show dev lo").contains("clsact"))
        }
    }
}
