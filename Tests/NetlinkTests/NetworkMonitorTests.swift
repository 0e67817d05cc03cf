import Glibc
import Netlink
import TestSupport
import Testing

struct NetworkMonitorTests {
    @Test func `changes of interfaces are heard in order`() throws {
        try Namespace.run {
            try Namespace.shell("ip link add v0 type veth peer name v1")
            let netlink = try Rtnetlink()
            var known = try netlink.interface(named: "v0")
            let monitor = try NetworkMonitor(.interfaces)
            #expect(try monitor.events() == [])
            try Namespace.shell("ip link set v1 up; ip link set v0 mtu 1300; ip link set v0 up")
            try Namespace.shell("ip link set v0 down; ip link set v0 name w0; ip link del w0")
            var changes: [Interface.Change] = []
            var removed: [String] = []
            for event in try monitor.events() {
                switch event {
                case .interface(let interface) where interface.index == known.index:
                    changes += interface.changes(since: known)
                    known = interface
                case .interfaceRemoved(let interface): removed.append(interface.name)
                default: break
                }
            }
            #expect(
                changes.filter { if case .state = $0 { false } else { true } } == [
                    .mtu(from: 1500), .wentUp, .wentDown, .renamed(from: "v0"),
                ])
            #expect(Set(removed) == ["w0", "v1"])
        }
    }

    @Test func `a port that leaves its bridge is not an interface that is gone`() throws {
        try Namespace.run {
            try Namespace.shell(
                "ip link add b0 type bridge; ip link add v0 type veth peer name v1; ip link set v0 master b0")
            let monitor = try NetworkMonitor()
            try Namespace.shell("ip link set v0 nomaster")
            let events = try monitor.events()
            #expect(!events.isEmpty)
            #expect(!events.contains { if case .interfaceRemoved = $0 { true } else { false } })
        }
    }

    @Test func `routes and addresses are heard`() throws {
        try Namespace.run {
            try Namespace.shell("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up")
            let monitor = try NetworkMonitor([.addresses, .routes])
            try Namespace.shell(
                """
                ip addr add 192.0.2.1/24 dev v0; ip route add 198.51.100.0/24 via 192.0.2.9
                ip route del 198.51.100.0/24; ip -6 route add 2001:db8::/32 dev v0; ip addr del 192.0.2.1/24 dev v0
                """)
            let events = try monitor.events()
            let prefix = Address("198.51.100.0")
            #expect(
                events.contains {
                    if case .route(let r) = $0 {
                        r.destination == prefix && r.prefixLength == 24 && r.gateway != nil
                    } else {
                        false
                    }
                })
            #expect(events.contains { if case .routeRemoved(let r) = $0 { r.destination == prefix } else { false } })
            #expect(
                events.contains {
                    if case .route(let r) = $0 { r.prefixLength == 32 && r.destination?.isIPv4 == false } else { false }
                })
            #expect(
                events.contains { if case .address(let a) = $0 { a.address == Address("192.0.2.1") } else { false } })
            #expect(events.contains { if case .addressRemoved(let a) = $0 { a.prefixLength == 24 } else { false } })
        }
    }

    @Test func `too much at once is an overrun, and the next events are heard again`() throws {
        try Namespace.run {
            try Namespace.shell("ip link add v0 type veth peer name v1")
            let monitor = try NetworkMonitor(.interfaces)
            try Namespace.shell(
                "for i in $(seq 600); do echo link set v0 mtu 1$((i % 2))00; done | ip -batch -")
            let events = try monitor.events()
            #expect(events.contains(.overrun))
            try Namespace.shell("ip link set v0 mtu 1234")
            let after = try monitor.events()
            #expect(after.contains { if case .interface(let i) = $0 { i.mtu == 1234 } else { false } })
        }
    }

    @Test func `its descriptor wakes a poll`() throws {
        try Namespace.run {
            let monitor = try NetworkMonitor(.interfaces)
            var entry = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&entry, 1, 0) == 0)
            try Namespace.shell("ip link set lo up")
            #expect(poll(&entry, 1, 5000) == 1)
            #expect(try !monitor.events().isEmpty)
            #expect(poll(&entry, 1, 0) == 0)
        }
    }
}
