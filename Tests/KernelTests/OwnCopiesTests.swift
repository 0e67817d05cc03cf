import BPF
import KernelABI
import Packets
import Rules
import TestSupport
import Testing

/// Copies are not mirrored again, whichever Periscope made them.
struct OwnCopiesTests {
    private func own(_ table: LoadedTable) throws -> [UInt64] {
        let counters = try PerCPUArrayMap(table.object.map(named: "mirror_counters"), of: mirror_counters.self)
        let all = try counters.values(at: 0)
        return [all.reduce(0) { $0 + $1.own.packets }, all.reduce(0) { $0 + $1.own.bytes }]
    }

    @Test(arguments: TunnelTests.headers, TunnelTests.ways)
    func `every copy is recognised, in a VLAN too, and nothing that differs from it`(
        header: TunnelHeader, way: (IPAddress, IPAddress)
    ) throws {
        let table = try LoadedTable(RuleList([Rule(name: "all")]))
        let tunnel = try LoadedTunnel(.tunnel(header, from: way.0, to: way.1))
        var (packets, bytes, other) = (UInt64(0), UInt64(0), 0)
        for seed in UInt64(0)..<100 {
            var random = SeededGenerator(seed: seed)
            let copy = try tunnel.send(random.frame().frame).packet
            let tag = [[0x81, 0], [0x88, 0xa8]].map { $0 + [0, 7] as [UInt8] }
            for copy in [copy] + tag.map({ copy[..<12] + $0 + copy[12...] }) {
                packets += 1
                bytes += UInt64(copy.count)
                #expect(try table.firstMatch(copy, .egress) == nil, "seed \(seed)")
            }
            #expect(try own(table) == [packets, bytes])
            // Another identification or flow label: one in 65,536 or more would be taken for a copy.
            var changed = copy
            changed[way.0.bitWidth == 32 ? 19 : 17] ^= UInt8.random(in: 1...255, using: &random)
            if try table.firstMatch(changed, .ingress) == 0 { other += 1 }
        }
        #expect(other == 100)
        #expect(try own(table) == [packets, bytes])
    }

    @Test
    func `a packet with the mark of copies is one`() throws {
        let table = try LoadedTable(RuleList([Rule(name: "all")]))
        let frame = FrameBuilder().ipv4(from: HandMadeFrames.client, to: HandMadeFrames.server).udp(from: 1, to: 2)
            .frame
        #expect(try table.firstMatch(frame, .egress, mark: UInt32(COPY_MARK)) == nil)
        #expect(try own(table) == [1, UInt64(frame.count)])
        #expect(try table.firstMatch(frame, .egress, mark: UInt32(TAP_MARK)) == 0)
    }
}
