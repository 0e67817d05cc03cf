import Glibc
import Netlink
import TestSupport
import Testing

struct NeighbourTests {
    /// Polls for an answer of the kernel's neighbour protocol, which needs a moment; nil after five seconds.
    private func wait<R>(_ body: () throws -> R?) throws -> R? {
        for _ in 0..<500 {
            if let result = try body() { return result }
            usleep(10_000)
        }
        return nil
    }

    @Test(arguments: [
        ("192.0.2.1/24", "192.0.2.2/24", "192.0.2.2"), ("2001:db8::1/64", "2001:db8::2/64", "2001:db8::2"),
    ])
    func `the kernel is made to resolve a neighbour without a packet of ours`(
        mine: String, theirs: String, target: String
    ) throws {
        try Namespace.run {
            // The other end needs a namespace of its own, or the addresses would both be local.
            let other = "psc-neigh-\(getpid())-\(target.contains(":") ? 6 : 4)"
            try Namespace.shell("ip netns add \(other)")
            defer { _ = try? Namespace.shell("ip netns del \(other)") }
            try Namespace.shell(
                """
                ip link add v0 type veth peer name v1 netns \(other)
                ip addr add \(mine) dev v0 nodad; ip link set v0 up
                ip -n \(other) addr add \(theirs) dev v1 nodad; ip -n \(other) link set v1 up
                """)
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            let address = try #require(Address(target))
            #expect(try netlink.neighbour(address, on: v0) == nil)
            let monitor = try NetworkMonitor(.neighbours)
            try netlink.resolve(address, on: v0)
            let found = try #require(
                try wait {
                    let neighbour = try netlink.neighbour(address, on: v0)
                    return neighbour?.isUsable == true ? neighbour : nil
                })
            let mac = try Namespace.shell("ip -n \(other) -br link show v1 | awk '{print $3}'")
            let expected = mac.split(whereSeparator: { $0 == ":" || $0.isWhitespace }).compactMap {
                UInt8($0, radix: 16)
            }
            #expect(found.hardwareAddress == expected)
            #expect(try netlink.neighbours(on: v0).contains { $0.address == address })
            let heard = try monitor.events()
            #expect(
                heard.contains { if case .neighbour(let n) = $0 { n.address == address && n.isUsable } else { false } })
        }
    }

    @Test func `a neighbour that does not answer ends as failed`() throws {
        try Namespace.run {
            try Namespace.shell(
                """
                ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
                ip addr add 192.0.2.1/24 dev v0; sysctl -qw net.ipv4.neigh.v0.retrans_time_ms=10
                """)
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            let address = try #require(Address("192.0.2.77"))
            try netlink.resolve(address, on: v0)
            let failed = try wait {
                let neighbour = try netlink.neighbour(address, on: v0)
                return neighbour?.state.contains(.failed) == true ? neighbour : nil
            }
            #expect(failed?.isUsable == false)
            #expect(throws: NetlinkError.self) { try netlink.resolve(address, on: 4711) }
        }
    }

    @Test func `a permanent neighbour stays as its administrator made it`() throws {
        try Namespace.run {
            try Namespace.shell(
                """
                ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
                ip addr add 192.0.2.1/24 dev v0
                ip neigh add 192.0.2.77 lladdr 02:00:00:00:00:77 dev v0 nud permanent
                """)
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            let address = try #require(Address("192.0.2.77"))
            let before = try #require(try netlink.neighbour(address, on: v0))
            try netlink.resolve(address, on: v0)
            let after = try #require(try netlink.neighbour(address, on: v0))
            #expect(after.state == .permanent && after.hardwareAddress == before.hardwareAddress)
            #expect(after.hardwareAddress == [2, 0, 0, 0, 0, 0x77])
        }
    }

    @Test func `addresses are what ip address says`() throws {
        try Namespace.run {
            try Namespace.shell(
                """
                ip link set lo up; ip link add v0 type veth peer name v1; ip link set v0 up
                ip addr add 192.0.2.1/24 dev v0; ip addr add 192.0.2.5 peer 192.0.2.6/32 dev v0
                ip addr add 2001:db8::1/64 dev v0; ip addr add 10.0.0.1/8 dev v1
                """)
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            let addresses = try netlink.addresses(of: v0)
            let text = Set(addresses.filter { !$0.isLinkLocal }.map { "\($0.address)/\($0.prefixLength)" })
            #expect(text == ["192.0.2.1/24", "192.0.2.5/32", "2001:db8::1/64"])
            #expect(addresses.first { !$0.address.isIPv4 && !$0.isLinkLocal }?.isTentative == true)
            #expect(try netlink.addresses().contains { $0.address == Address("127.0.0.1") && $0.scope == 254 })
        }
    }
}
