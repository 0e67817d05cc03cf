import BPF
import Glibc
import Testing

struct TCXLinkTests {
    /// Index of the namespace's loopback interface.
    private func loopback() throws -> UInt32 {
        try Namespace.shell("ip link set lo up")
        return if_nametoindex("lo")
    }

    private func counter() throws -> ArrayMap<UInt64> {
        try ArrayMap(Map.create(.array, name: "count", keySize: 4, valueSize: 8, maxEntries: 1))
    }

    @Test func `links go first and last around those that are there`() throws {
        try Namespace.run {
            let lo = try loopback()
            let mine = try (0..<4).map { try Program.load(instructions: Instruction.returning(-1), name: "p\($0)") }
            let a = try TCXLink.attach(mine[0], to: lo, at: .ingress)
            let b = try TCXLink.attach(mine[1], to: lo, at: .ingress, position: .last)
            let c = try TCXLink.attach(mine[2], to: lo, at: .ingress, position: .first)
            let d = try TCXLink.attach(mine[3], to: lo, at: .egress, position: .first)
            let all = try LinkInfo.all().filter { info in mine.contains { $0.id == info.programID } }
            #expect(Set(all.map(\.id)) == [a.id, b.id, c.id, d.id])
            #expect(all.allSatisfy { $0.interfaceIndex == lo })
            try c.detach()
            #expect(try a.info().programID == mine[0].id)
            #expect(try b.info().hook == .ingress)
            try d.detach()
        }
    }

    @Test func `an update takes effect and a detach lets traffic through again`() throws {
        try Namespace.run {
            let lo = try loopback()
            let count = try counter()
            let pass = try Program.load(
                instructions: Instruction.counting(in: count.map.fileDescriptor, returning: -1), name: "pass")
            let drop = try Program.load(instructions: Instruction.returning(2), name: "drop")
            let link = try TCXLink.attach(pass, to: lo, at: .ingress)
            try Namespace.shell("ping -c 2 -i 0.01 -W 1 127.0.0.1")
            #expect(try count.value(at: 0) == 4)
            try link.update(to: drop)
            #expect(throws: (any Error).self) { try Namespace.shell("ping -c 1 -W 0.2 127.0.0.1") }
            try link.detach()
            try Namespace.shell("ping -c 1 -W 1 127.0.0.1")
        }
    }
}
