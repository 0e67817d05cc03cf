import BPF
import Glibc
import TestSupport
import Testing

struct ClsactFilterTests {
    private func program(_ name: String = "mine") throws -> Program {
        try Program.load(instructions: Instruction.returning(Instruction.next), name: name)
    }

    @Test(arguments: [Hook.ingress, .egress])
    func `the qdisc goes when it came with the filter and nobody else uses it`(hook: Hook) throws {
        try Namespace.run {
            let lo = try loopback()
            let before = try Namespace.shell("tc qdisc show dev lo")
            let filter = try ClsactFilter.attach(program(), to: lo, at: hook, name: "mirror")
            let madeQdisc = filter.madeQdisc
            #expect(madeQdisc)
            let text = try Namespace.shell("tc filter show dev lo \(hook)")
            let priority = filter.priority
            #expect(text.contains("pref \(priority) bpf"))
            #expect(text.contains("mirror direct-action"))
            try filter.detach()
            #expect(try Namespace.shell("tc qdisc show dev lo") == before)
        }
    }

    @Test func `a qdisc that was there stays, with its filters`() throws {
        try Namespace.run {
            let lo = try loopback()
            try Namespace.shell("tc qdisc add dev lo clsact")
            try Namespace.addForeignFilter("dev lo egress prio 5")
            let before = try Namespace.shell("tc qdisc show dev lo; tc filter show dev lo egress")
            let first = try ClsactFilter.attach(program(), to: lo, at: .egress)
            let last = try ClsactFilter.attach(program(), to: lo, at: .egress, position: .last)
            let (lowest, highest, madeQdisc) = (first.priority, last.priority, first.madeQdisc)
            #expect(lowest == 4)
            #expect(highest == 6)
            #expect(!madeQdisc)
            try first.detach()
            try last.detach()
            #expect(try Namespace.shell("tc qdisc show dev lo; tc filter show dev lo egress") == before)
        }
    }

    @Test func `a qdisc of ours stays while somebody else's filter is in it`() throws {
        try Namespace.run {
            let lo = try loopback()
            let filter = try ClsactFilter.attach(program(), to: lo, at: .ingress)
            try Namespace.addForeignFilter("dev lo egress prio 5")
            try filter.detach()
            #expect(try Namespace.shell("tc qdisc show dev lo").contains("clsact"))
            #expect(try Namespace.shell("tc filter show dev lo egress").contains("pref 5"))
            #expect(try Namespace.shell("tc filter show dev lo ingress") == "")
        }
    }

    @Test func `before priority 1 there is room only among filters of the same kind`() throws {
        try Namespace.run {
            let lo = try loopback()
            let counters = try [counter(), counter()]
            try Namespace.shell("tc qdisc add dev lo clsact")
            let one = try ClsactFilter.attach(
                counting(in: counters[0], returning: Instruction.ok), to: lo, at: .ingress)
            one.leave()
            // Down to priority 1, where the next one has to share it.
            try Namespace.shell("tc filter del dev lo ingress")
            try Namespace.shell(
                "tc filter add dev lo ingress prio 1 protocol all bpf da bytecode '1,6 0 0 0,' flowid 1:1")
            let two = try ClsactFilter.attach(
                counting(in: counters[1], returning: Instruction.ok), to: lo, at: .ingress)
            let (priority, handle) = (two.priority, two.handle)
            #expect(priority == 1)
            #expect(handle == 2)
            try Namespace.shell("ping -c 1 127.0.0.1")
            #expect(try counters[1].value(at: 0) == 2)
            try two.detach()
            #expect(try Namespace.shell("tc filter show dev lo ingress").contains("handle 0x1"))
            try Namespace.shell("tc filter del dev lo ingress")
            try Namespace.addForeignFilter("dev lo ingress prio 1")
            let error = try #require(throws: BPFError.self) {
                _ = try ClsactFilter.attach(program(), to: lo, at: .ingress)
            }
            #expect(error.code == .busy)
            #expect(error.message.contains("priority 1"))
        }
    }

    @Test func `an ingress qdisc takes ingress filters and bars the egress hook`() throws {
        try Namespace.run {
            let lo = try loopback()
            try Namespace.shell("tc qdisc add dev lo ingress")
            let count = try counter()
            let filter = try ClsactFilter.attach(counting(in: count, returning: Instruction.next), to: lo, at: .ingress)
            try Namespace.shell("ping -c 1 127.0.0.1")
            #expect(try count.value(at: 0) == 2)
            let error = try #require(throws: BPFError.self) {
                _ = try ClsactFilter.attach(program(), to: lo, at: .egress)
            }
            #expect(error.code == .busy)
            #expect(error.message.contains("ingress"))
            try filter.detach()
            #expect(try Namespace.shell("tc qdisc show dev lo").contains("qdisc ingress"))
        }
    }

    @Test func `a filter that somebody replaced or removed is left alone`() throws {
        try Namespace.run {
            let lo = try loopback()
            let mine = try program()
            let theirs = try program("theirs")
            let filter = try ClsactFilter.attach(mine, to: lo, at: .ingress, name: "shared")
            let intruder = try ClsactFilter.open(named: "shared", on: lo, at: .ingress)
            try intruder.update(to: theirs)
            let error = try #require(throws: BPFError.self) { try filter.update(to: mine) }
            #expect(error.code == .busy)
            try filter.detach()
            #expect(try AttachedProgram.all(on: lo, at: .ingress).map(\.programID) == [theirs.id])
            try Namespace.shell("tc qdisc del dev lo clsact")
            let gone = try #require(throws: BPFError.self) { try intruder.update(to: mine) }
            #expect(gone.code == .notFound)
            try intruder.detach()
        }
    }

    @Test func `the qdisc is left as it was when attaching fails`() throws {
        try Namespace.run {
            let lo = try loopback()
            let wrong = try Program.load(
                instructions: Instruction.returning(0), kind: .socketFilter, name: "socket")
            #expect(throws: BPFError.self) { _ = try ClsactFilter.attach(wrong, to: lo, at: .ingress) }
            #expect(try !Namespace.shell("tc qdisc show dev lo").contains("clsact"))
            let missing = try #require(throws: BPFError.self) {
                _ = try ClsactFilter.attach(program(), to: 4711, at: .ingress)
            }
            #expect(missing.code == .notFound)
        }
    }
}
