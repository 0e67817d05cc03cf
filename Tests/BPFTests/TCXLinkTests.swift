import Glibc
import TestSupport
import Testing

@testable import BPF

@Suite(.enabled(if: (try? Features.hasTCX()) == true, "this kernel has no tcx"))
struct TCXLinkTests {
    @Test func `links go first and last around those that are there`() throws {
        try Namespace.run {
            let lo = try loopback()
            let programs = try (0..<4).map {
                try Program.load(instructions: Instruction.returning(Instruction.next), name: "p\($0)")
            }
            let a = try TCXLink.attach(programs[0], to: lo, at: .ingress)
            let b = try TCXLink.attach(programs[1], to: lo, at: .ingress, position: .last)
            let c = try TCXLink.attach(programs[2], to: lo, at: .ingress, position: .first)
            let d = try TCXLink.attach(programs[3], to: lo, at: .egress, position: .first)
            let order = try AttachedProgram.all(on: lo, at: .ingress)
            #expect(order.map(\.programID) == [programs[2].id, programs[0].id, programs[1].id])
            #expect(order.map(\.place) == [.tcx(linkID: c.id), .tcx(linkID: a.id), .tcx(linkID: b.id)])
            #expect(try AttachedProgram.all(on: lo, at: .egress).map(\.programID) == [programs[3].id])
            let all = try LinkInfo.all().filter { info in programs.contains { $0.id == info.programID } }
            #expect(Set(all.map(\.id)) == [a.id, b.id, c.id, d.id])
            #expect(all.allSatisfy { $0.interfaceIndex == lo })
            try c.detach()
            #expect(
                try AttachedProgram.all(on: lo, at: .ingress).map(\.programID) == [programs[0].id, programs[1].id])
            #expect(try b.info().hook == .ingress)
            try d.detach()
            #expect(try AttachedProgram.all(on: lo, at: .egress) == [])
            _ = consume a
            #expect(
                try eventually { try AttachedProgram.all(on: lo, at: .ingress).map(\.programID) == [programs[1].id] })
        }
    }

    @Test func `a link goes with the process that holds it, when that is killed`() throws {
        try Namespace.run {
            let lo = try loopback()
            let program = try Program.load(instructions: Instruction.returning(Instruction.next), name: "held")
            var child = pid_t()
            do {
                let link = try TCXLink.attach(program, to: lo, at: .ingress)
                var actions = posix_spawn_file_actions_t()
                posix_spawn_file_actions_init(&actions)
                defer { posix_spawn_file_actions_destroy(&actions) }
                // The copy has no close-on-exec: the child holds the link from here on.
                posix_spawn_file_actions_adddup2(&actions, link.descriptor.rawValue, 99)
                let arguments = [strdup("sleep"), strdup("1000"), nil]
                defer { arguments.forEach { free($0) } }
                try #require(posix_spawnp(&child, "sleep", &actions, nil, arguments, nil) == 0)
            }
            #expect(try AttachedProgram.all(on: lo, at: .ingress).map(\.programID) == [program.id])
            kill(child, SIGKILL)
            var status: Int32 = 0
            waitpid(child, &status, 0)
            // The kernel frees the link after the process, in a work queue.
            for _ in 0..<500 where try !AttachedProgram.all(on: lo, at: .ingress).isEmpty { usleep(10_000) }
            #expect(try AttachedProgram.all(on: lo, at: .ingress) == [])
        }
    }

    @Test func `a pinned link stays, and is found again by its path and its number`() throws {
        try Namespace.run(mounts: true) {
            try Namespace.shell("ip link add eth0.100 type veth peer name v1")
            let index = if_nametoindex("eth0.100")
            let first = try Program.load(instructions: Instruction.returning(Instruction.next), name: "first")
            let second = try Program.load(instructions: Instruction.returning(Instruction.next), name: "second")
            try Pin.ensureMounted()
            let folder = "\(Pin.root)/bpf-test-\(getpid())"
            try Pin.makeFolder(folder)
            let path = folder + "/" + Pin.escaped("eth0.100")
            defer {
                try? Pin.remove(path)
                try? Pin.remove(folder)
            }
            do { try TCXLink.attach(first, to: index, at: .egress).pin(at: path) }
            #expect(try Pin.list(folder) == ["eth0%2E100"])
            #expect(try AttachedProgram.all(on: index, at: .egress).map(\.programID) == [first.id])
            let link = try TCXLink.open(pinned: path)
            try link.update(to: second)
            let again = try TCXLink.open(id: link.id)
            #expect(try again.info().programID == second.id)
            try link.detach()
            #expect(try again.info().interfaceIndex == 0)
            #expect(try AttachedProgram.all(on: index, at: .egress) == [])
            #expect(throws: BPFError.self) { _ = try TCXLink.open(pinned: folder + "/nothing") }
        }
    }

    @Test func `an interface that goes takes the attachment along, and detaching then is no error`() throws {
        try Namespace.run {
            try Namespace.shell("ip link add v0 type veth peer name v1")
            let program = try Program.load(instructions: Instruction.returning(Instruction.next), name: "gone")
            let link = try TCXLink.attach(program, to: if_nametoindex("v0"), at: .ingress)
            try Namespace.shell("ip link del v0")
            #expect(try link.info().interfaceIndex == 0)
            try link.detach()
            let error = try #require(throws: BPFError.self) {
                _ = try TCXLink.attach(program, to: 4711, at: .ingress)
            }
            #expect(error.code == .notFound)
            #expect(error.message.contains("4711"))
        }
    }
}
