import Packets
import TestSupport
import Testing

@testable import Collecting

@Suite struct SenderTableTests {
    func key(_ number: UInt32, vni: UInt32? = 1) -> SenderKey {
        SenderKey(address: .ipv4(number), tunnel: .vxlan, vni: vni)
    }

    @Test func `a sender keeps its row`() {
        var table = SenderTable(limit: 10)
        let first = table.number(key(1))
        let second = table.number(key(2))
        #expect(first != second)
        #expect(table.number(key(1)) == first)
        #expect(table.number(key(2)) == second)
        #expect(table.number(key(1, vni: nil)) != first)
    }

    @Test(arguments: [0, 1, 100])
    func `senders beyond the limit share a row and take no memory`(limit: Int) {
        var table = SenderTable(limit: limit)
        for sender in 0..<5000 as Range<UInt32> {
            let number = table.number(key(sender))
            #expect((number == SenderTable.other) == (sender >= limit))
            _ = table.countPacket(number, link: .ethernet, bytes: 10)
        }
        #expect(table.rows.count == limit + 1)
        // A known sender keeps its row when the table is full.
        if limit > 0 { #expect(table.number(key(0)) != SenderTable.other) }
        let snapshot = table.snapshot
        #expect(snapshot.count == limit + 1)
        #expect(snapshot.last?.address == nil)
        #expect(snapshot.last?.received == UInt64(5000 - limit))
        #expect(snapshot.reduce(0) { $0 + $1.bytes } == 50_000)
    }

    @Test func `every reason has its own counter`() {
        var table = SenderTable(limit: 1)
        let number = table.number(key(1))
        for (index, reason) in TunnelMalformation.allCases.enumerated() {
            for _ in 0...index { table.count(reason, number) }
        }
        let expected = TunnelMalformation.allCases.enumerated().map { ($1, UInt64($0 + 1)) }
        #expect(table.snapshot.first?.malformed == Dictionary(uniqueKeysWithValues: expected))
    }

    @Test func `an empty table has no rows to show`() {
        #expect(SenderTable(limit: 5).snapshot.isEmpty)
    }

    @Test func `the drop counter goes on where the kernel's wraps around`() {
        var drops = DropCounter()
        for reading: UInt32 in [5, 5, 3, 0x7fff_ffff, 0xffff_fff0, 10, 0xffff_ffff] { drops.update(reading) }
        #expect(drops.total == 1 << 32 + 10)
    }
}
