import Netlink
import TestSupport
import Testing

struct RouteTests {
    private func address(_ text: String) throws -> Address { try #require(Address(text)) }

    @Test func `routes are what ip route get says`() throws {
        try Namespace.run {
            try Namespace.shell(
                """
                ip link set lo up; ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
                ip addr add 192.0.2.1/24 dev v0; ip route add 198.51.100.0/24 via 192.0.2.9 mtu 1300
                ip route add blackhole 203.0.113.0/28; ip route add unreachable 203.0.113.16/28
                ip route add prohibit 203.0.113.32/28
                ip -6 addr add 2001:db8::1/64 dev v0 nodad; ip -6 route add 2001:db8:1::/48 via 2001:db8::9
                ip -6 route add blackhole 2001:db8:2::/48; ip -6 route add unreachable 2001:db8:3::/48
                ip route add 203.0.113.0/28 via 192.0.2.77 table 7; ip rule add fwmark 5 table 7
                """)
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            let direct = try netlink.route(to: address("192.0.2.7"))
            #expect(direct.kind == .unicast)
            #expect(direct.interfaceIndex == v0)
            #expect(direct.gateway == nil)
            #expect(try direct.nextHop == address("192.0.2.7"))
            #expect(try direct.preferredSource == address("192.0.2.1"))
            #expect(direct.mtu == 1500)
            let routed = try netlink.route(to: address("198.51.100.1"))
            #expect(try routed.gateway == address("192.0.2.9"))
            #expect(routed.mtu == 1300)
            #expect(try netlink.route(to: address("192.0.2.1")).kind == .local)
            #expect(try netlink.route(to: address("203.0.113.1")).kind == .blackhole)
            #expect(try netlink.route(to: address("203.0.113.17")).kind == .unreachable)
            #expect(try netlink.route(to: address("203.0.113.33")).kind == .prohibit)
            #expect(try netlink.route(to: address("203.0.113.1"), mark: 5).gateway == address("192.0.2.77"))
            #expect(try netlink.route(to: address("2001:db8:1::5")).gateway == address("2001:db8::9"))
            #expect(try eventually { try netlink.route(to: address("2001:db8::1")).kind == .local })
            #expect(try netlink.route(to: address("2001:db8:2::5")).kind == .blackhole)
            #expect(try netlink.route(to: address("2001:db8:3::5")).kind == .unreachable)
            let none = try #require(throws: NetlinkError.self) { try netlink.route(to: address("8.8.8.8")) }
            #expect(none.code == .unreachable)
            #expect(none.message.contains("8.8.8.8"))
            #expect(throws: NetlinkError.self) { try netlink.route(to: address("192.0.2.9"), from: address("::1")) }
        }
    }
}
