import Glibc
import Netlink
import Testing

struct InterfaceTests {
    @Test func `a macvlan on a veth is what ip says it is`() throws {
        try Namespace.run {
            try Namespace.shell("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up")
            let netlink = try Rtnetlink()
            let lower = try netlink.interface(named: "v0")
            #expect(lower.kind == "veth")
            #expect(lower.isUp)
            let made = try netlink.createMacvlan(
                named: "psc0", on: lower.index,
                settings: .init(
                    isUp: true, isNoARP: true, mtu: 1400, alias: "periscope test", transmitQueueLength: 77,
                    generatesLinkLocal: false))
            #expect(made.kind == "macvlan")
            #expect(made.link == lower.index)
            #expect(made.mtu == 1400)
            #expect(made.alias == "periscope test")
            #expect(made.isUp && made.isNoARP)
            #expect(made.transmitQueueLength == 77)
            let text = try Namespace.shell("ip -d link show psc0")
            #expect(text.contains("macvlan mode private"))
            #expect(text.contains("addrgenmode none"))
            #expect(text.contains("alias periscope test"))
            #expect(text.contains("NOARP"))
            #expect(try Namespace.shell("ip addr show psc0").contains("inet6") == false)

            try netlink.change(made.index, .init(gsoMaxSize: 20000, gsoMaxSegments: 1))
            #expect(try netlink.interface(made.index).gsoMaxSegments == 1)
            #expect(try netlink.interface(made.index).gsoMaxSize == 20000)
            try netlink.setUp(made.index, false)
            #expect(try !netlink.interface(made.index).isUp)
            try netlink.change(made.index, .init(name: "psc1"))
            #expect(try netlink.interface(named: "psc1").index == made.index)
            try netlink.delete(made.index)
            #expect(throws: NetlinkError.self) { try netlink.interface(named: "psc1") }
        }
    }

    @Test func `errors name the interface and give the kernel's words`() throws {
        try Namespace.run {
            let netlink = try Rtnetlink()
            try Namespace.shell("ip link add v0 type veth peer name v1")
            let lower = try netlink.interface(named: "v0")
            let error = try #require(throws: NetlinkError.self) {
                try netlink.change(lower.index, .init(mtu: 3))
            }
            #expect(error.message.contains("v0"))
            #expect(error.message.contains("mtu less than device minimum"))
            let missing = try #require(throws: NetlinkError.self) { try netlink.interface(named: "nope0") }
            #expect(missing.code == .notFound)
            #expect(missing.message.contains("nope0"))
            let twice = try #require(throws: NetlinkError.self) {
                try netlink.createMacvlan(named: "v1", on: lower.index)
            }
            #expect(twice.code == .alreadyExists)
        }
    }

    @Test func `a TAP device goes with its owner unless it persists`() throws {
        try Namespace.run {
            let netlink = try Rtnetlink()
            do {
                let tap = try TapDevice(named: "psc%d")
                #expect(tap.name == "psc0")
                let interface = try netlink.interface(named: "psc0")
                #expect(interface.kind == "tun")
                #expect(interface.isEthernet)
                try netlink.setUp(interface.index)
                #expect(try netlink.interface(interface.index).isUp)
                let error = try #require(throws: NetlinkError.self) { _ = try TapDevice(named: "psc0") }
                #expect(error.code == .busy)
                _ = consume tap
            }
            #expect(throws: NetlinkError.self) { try netlink.interface(named: "psc0") }
            do { _ = try TapDevice(named: "keep0", persistent: true) }
            let kept = try netlink.interface(named: "keep0")
            do {
                let tap = try TapDevice(named: "keep0")
                try tap.setPersistent(false)
            }
            #expect(throws: NetlinkError.self) { try netlink.interface(kept.index) }
        }
    }
}
