import Foundation
import Packets
import TestSupport
import Testing

@testable import Netlink

@Suite struct QueueingDisciplineTests {
    /// What tc says of a queueing discipline.
    private struct Shown: Decodable {
        var kind: String
        var handle: String
        var root: Bool?
        var parent: String?
        var bytes, packets, backlog: UInt64
        var drops, overlimits, requeues, qlen: UInt32
    }

    private static func shown(_ name: String) throws -> [Shown] {
        let text = try Namespace.shell("tc -s -j qdisc show dev \(name)")
        return try JSONDecoder().decode([Shown].self, from: Data(text.utf8))
    }

    /// Expects that each discipline of an interface has the numbers that tc shows; they must not move meanwhile.
    private static func expectAgreement(_ name: String, _ netlink: Rtnetlink) throws -> [QueueingDiscipline] {
        let disciplines = try netlink.queueingDisciplines(on: netlink.interface(named: name).index)
        let shown = try shown(name)
        #expect(shown.count == disciplines.count)
        for (shown, discipline) in zip(shown, disciplines) {
            #expect(shown.kind == discipline.kind)
            #expect(shown.handle == String(discipline.handle >> 16, radix: 16) + ":")
            #expect((shown.root ?? false) == discipline.isRoot)
            #expect(shown.bytes == discipline.sentBytes)
            #expect(shown.packets == discipline.sentPackets)
            #expect(shown.drops == discipline.dropped)
            #expect(shown.overlimits == discipline.overlimits)
            #expect(shown.requeues == discipline.requeues)
            #expect(shown.qlen == discipline.queuedPackets)
            #expect(shown.backlog == UInt64(discipline.queuedBytes))
        }
        return disciplines
    }

    @Test func `what a queue holds and drops is what was sent, and what tc says`() throws {
        try Namespace.run {
            try CongestedLink().make()
            // So slow that nothing moves during the test: the burst takes 2 frames, the queue 3.
            try Namespace.shell("tc qdisc add dev v0 root handle 1: tbf rate 100bit burst 2000 limit 3000")
            try CongestedLink().send(10)
            let disciplines = try Self.expectAgreement("v0", try Rtnetlink())
            let root = try #require(disciplines.first)
            #expect(root.isRoot && disciplines.count == 1)
            #expect(root.limit == .bytes(3000))
            #expect((root.sentPackets, root.queuedPackets, root.dropped) == (2, 3, 5))
            #expect((root.sentBytes, root.queuedBytes) == (2000, 3000))
            #expect(root.overlimits > 0)
        }
    }

    @Test func `the root's counters contain those of what is below it`() throws {
        try Namespace.run {
            try CongestedLink().make()
            try Namespace.shell(
                """
                tc qdisc add dev v0 root handle 1: tbf rate 100bit burst 2000 limit 9000
                tc qdisc add dev v0 parent 1: handle 2: pfifo limit 4
                tc qdisc add dev v0 clsact
                """)
            try CongestedLink().send(10)
            let disciplines = try Self.expectAgreement("v0", try Rtnetlink())
            let root = try #require(disciplines.first { $0.isRoot })
            let below = try #require(disciplines.first { $0.kind == "pfifo" })
            #expect(below.isBelow(root) && !root.isBelow(below) && !root.isBelow(root))
            #expect(below.limit == .packets(4))
            #expect((root.sentPackets, root.queuedPackets, root.dropped) == (2, 4, 4))
            #expect(below.dropped == 4)
            #expect(disciplines.filter { !$0.isOutgoing }.map(\.kind) == ["clsact"])
            #expect(disciplines.allSatisfy { $0.kind != "clsact" || !$0.isBelow(root) })
        }
    }

    @Test func `several transmit queues are summed in their root, once`() throws {
        try Namespace.run {
            try CongestedLink(queues: 4).make()
            try Namespace.shell("tc qdisc add dev v0 root handle 1: mq")
            for queue in 1...4 {
                try Namespace.shell(
                    "tc qdisc add dev v0 parent 1:\(queue) handle \(queue)0: tbf rate 100bit burst 2000 limit 3000")
            }
            // One flow each.
            for _ in 0..<60 { try CongestedLink().send(1) }
            let disciplines = try Self.expectAgreement("v0", try Rtnetlink())
            let root = try #require(disciplines.first { $0.isRoot })
            let leaves = disciplines.filter { $0.isBelow(root) }
            let dropped = leaves.map(\.dropped)
            let queued = leaves.map(\.queuedPackets)
            #expect(leaves.count == 4)
            #expect(root.limit == nil)
            #expect(dropped.filter { $0 > 0 }.count > 1, "the flows took one queue only")
            #expect(root.dropped == dropped.reduce(0, +))
            #expect(root.queuedPackets == queued.reduce(0, +))
            #expect(root.sentPackets + UInt64(root.queuedPackets) + UInt64(root.dropped) == 60)
        }
    }

    @Test func `what the kernel put there without handles hangs below the root, and below nothing else`() {
        let root = QueueingDiscipline(interfaceIndex: 2, kind: "mq", handle: 0, parent: 0xffff_ffff)
        let leaves = (1...2).map { QueueingDiscipline(interfaceIndex: 2, kind: "pfifo_fast", handle: 0, parent: $0) }
        let other = QueueingDiscipline(interfaceIndex: 3, kind: "mq", handle: 0, parent: 0xffff_ffff)
        for leaf in leaves {
            #expect(leaf.isBelow(root))
            #expect(!leaf.isBelow(other) && !root.isBelow(leaf))
            for sibling in leaves { #expect(!leaf.isBelow(sibling)) }
        }
    }

    @Test(
        arguments: [
            ("pfifo limit 17", .packets(17)), ("bfifo limit 12345", .bytes(12345)),
            ("pfifo_head_drop limit 9", .packets(9)),
            ("tbf rate 1mbit burst 4000 limit 20000", .bytes(20000)), ("netem limit 33", .packets(33)),
            ("fq_codel limit 77", .packets(77)), ("codel limit 55", .packets(55)), ("fq limit 88", .packets(88)),
            ("sfq limit 44", .packets(44)), ("htb default 1", nil), ("prio", nil),
        ] as [(String, QueueingDiscipline.Limit?)])
    func `how much a queue holds at most is read for the kinds that say so`(
        command: String, limit: QueueingDiscipline.Limit?
    ) throws {
        try Namespace.run {
            try CongestedLink().make()
            do {
                try Namespace.shell("tc qdisc add dev v0 root \(command)")
            } catch  where "\(error)".contains("kind is unknown") {
                // The kernel was built without it.
                return
            }
            let netlink = try Rtnetlink()
            let disciplines = try netlink.queueingDisciplines(on: netlink.interface(named: "v0").index)
            #expect(disciplines.first(where: \.isRoot)?.limit == limit)
        }
    }

    @Test func `an interface without queue drops by itself, and what the device drops is what ip says`() throws {
        try Namespace.run {
            try CongestedLink().make()
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            #expect(try Self.expectAgreement("v0", netlink).map(\.kind) == ["noqueue"])
            // The cable is pulled.
            try Namespace.shell("ip link set v1 down")
            try CongestedLink().send(7)
            #expect(try netlink.interface(v0).statistics.sendDropped == 7)
            let text = try Namespace.shell("ip -s -j link show v0").filter { !$0.isWhitespace }
            #expect(text.contains(#""tx":{"bytes":0,"packets":0,"errors":0,"dropped":7"#))
        }
    }

    @Test func `the ports of an interface are its own only`() throws {
        try Namespace.run {
            try Namespace.shell(
                """
                ip link add v0 type veth peer name v1; ip link add v2 type veth peer name v3
                ip link add br0 type bridge; ip link set v0 master br0; ip link set v3 master br0
                """)
            let netlink = try Rtnetlink()
            #expect(try netlink.ports(of: netlink.interface(named: "br0").index).map(\.name).sorted() == ["v0", "v3"])
            #expect(try netlink.ports(of: netlink.interface(named: "v1").index) == [])
            #expect(try netlink.ports(of: 4_000_000) == [])
        }
    }
}
