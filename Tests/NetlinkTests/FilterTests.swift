import Netlink
import TestSupport
import Testing

struct FilterTests {
    @Test func `qdiscs and filters are what tc says`() throws {
        try Namespace.run {
            try Namespace.shell(
                """
                ip link add v0 type veth peer name v1; ip link set v0 up
                ip link add v2 type veth peer name v3; tc qdisc add dev v2 clsact
                """)
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            #expect(try netlink.filters(on: v0, at: .ingress) == [])
            try netlink.addClsact(to: v0)
            #expect(try Namespace.shell("tc qdisc show dev v0").contains("clsact"))
            #expect(
                try netlink.queueingDisciplines(on: v0).filter { $0.kind == "clsact" }.map(\.handle) == [0xffff_0000])
            let twice = try #require(throws: NetlinkError.self) { try netlink.addClsact(to: v0) }
            #expect(twice.code == .alreadyExists)
            try Namespace.shell(
                """
                tc filter add dev v0 ingress prio 7 protocol ip bpf bytecode '1,6 0 0 0,' flowid 1:1
                tc filter add dev v0 egress prio 9 protocol all bpf bytecode '1,6 0 0 4294967295,' flowid 1:1
                """)
            let ingress = try netlink.filters(on: v0, at: .ingress)
            #expect(
                !ingress.isEmpty
                    && ingress.allSatisfy { $0.priority == 7 && $0.kind == "bpf" && $0.ethernetProtocol == 0x800 })
            let egress = try netlink.filters(on: v0, at: .egress)
            #expect(egress.contains { $0.priority == 9 && $0.kind == "bpf" && $0.ethernetProtocol == 3 })
            try netlink.removeClsact(from: v0)
            #expect(try !Namespace.shell("tc qdisc show dev v0").contains("clsact"))
            #expect(try Namespace.shell("tc qdisc show dev v2").contains("clsact"))
        }
    }

    @Test(arguments: Forwarding.Family.allCases)
    func `forwarding is read and set for names with dots too`(family: Forwarding.Family) throws {
        try Namespace.run {
            try Namespace.shell("ip link add eth0.100 type veth peer name v1")
            let before = try Forwarding.isEnabled("eth0.100", family)
            try Forwarding.setEnabled(!before, "eth0.100", family)
            #expect(try Forwarding.isEnabled("eth0.100", family) == !before)
            let sysctl = try Namespace.shell("cat /proc/sys/net/\(family.rawValue)/conf/eth0.100/forwarding")
            #expect(sysctl == (before ? "0\n" : "1\n"))
            #expect(throws: NetlinkError.self) { try Forwarding.isEnabled("nope", family) }
            #expect(throws: NetlinkError.self) { try Forwarding.isEnabled("../all", family) }
        }
    }
}
