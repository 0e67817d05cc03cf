import Glibc
import Netlink
import TestSupport
import Testing

struct InterfaceTests {
    /// Whether the kernel has macvlan: the smallest of test kernels lack it.
    static let hasMacvlan =
        (try? Namespace.run {
            try Namespace.shell(
                "ip link add v0 type veth peer name v1 && ip link add m0 link v0 type macvlan mode private")
        }) != nil

    @Test(.enabled(if: hasMacvlan, "this kernel has no macvlan"))
    func `a macvlan on a veth is what ip says it is`() throws {
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
                try netlink.create(named: "v1", kind: "veth")
            }
            #expect(twice.code == .alreadyExists)
        }
    }

    @Test func `all settings of an interface are set, and counters are those of ip`() throws {
        try Namespace.run {
            try Namespace.shell(
                "ip link set lo up; ip link add v0 type veth peer name v1; ping -q -c 3 -i 0.01 127.0.0.1")
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            try netlink.change(
                v0,
                .init(
                    isUp: true, isNoARP: true, name: "w0.1", mtu: 1234, alias: "a b c", transmitQueueLength: 5,
                    hardwareAddress: [2, 0, 0, 0, 0, 7], gsoMaxSize: 30000, gsoMaxSegments: 3,
                    generatesLinkLocal: false))
            let interface = try netlink.interface(named: "w0.1")
            #expect(interface.index == v0)
            #expect(interface.isUp && interface.isNoARP)
            #expect(interface.mtu == 1234)
            #expect(interface.alias == "a b c")
            #expect(interface.transmitQueueLength == 5)
            #expect(interface.hardwareAddress == [2, 0, 0, 0, 0, 7])
            #expect(interface.gsoMaxSize == 30000)
            #expect(interface.gsoMaxSegments == 3)
            #expect(try netlink.addresses(of: v0).isEmpty)
            try netlink.change(v0, .init(isNoARP: false, alias: ""))
            #expect(try netlink.interface(v0).alias == nil)
            #expect(try !netlink.interface(v0).isNoARP)

            let all = try netlink.interfaces()
            #expect(Set(all.map(\.name)) == ["lo", "w0.1", "v1"])
            let lo = try #require(all.first { $0.isLoopback })
            #expect(lo.statistics.receivedPackets == 6)
            #expect(lo.statistics.sentPackets == 6)
            let text = try Namespace.shell("ip -s -j link show lo").filter { !$0.isWhitespace }
            #expect(text.contains("\"rx\":{\"bytes\":\(lo.statistics.receivedBytes),\"packets\":6"))
            #expect(text.contains("\"tx\":{\"bytes\":\(lo.statistics.sentBytes),\"packets\":6"))
            #expect(lo.isEthernet)
            #expect(throws: NetlinkError.self) { try netlink.change(v0, .init(name: "much-too-long-a-name")) }
            #expect(throws: NetlinkError.self) { try netlink.delete(lo.index) }
        }
    }

    @Test(arguments: [1200, 1280, 1500] as [UInt32])
    func `an interface gets no link-local address when told so, whatever its MTU`(mtu: UInt32) throws {
        try Namespace.run {
            try Namespace.shell("ip link add v0 type veth peer name v1; ip link set v1 up")
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            try netlink.change(v0, .init(isUp: true, mtu: mtu, generatesLinkLocal: false))
            #expect(try netlink.addresses(of: v0).isEmpty)
            #expect(try netlink.interface(v0).mtu == mtu)
        }
    }

    @Test func `without the tun driver the error says what helps`() throws {
        try Namespace.run(mounts: true) {
            try Namespace.shell("mkdir -p /dev/net; mount -t tmpfs none /dev/net")
            let error = try #require(throws: NetlinkError.self) { _ = try TapDevice(named: "psc0") }
            #expect(error.code == .notSupported)
            #expect(error.message.contains("modprobe tun"))
        }
    }

    @Test(arguments: ["", "a b", "a/b", "a:b", "0123456789abcdef", ".", ".."])
    func `what cannot be a name is refused before the kernel is asked`(name: String) throws {
        let netlink = try Rtnetlink()
        let error = try #require(throws: NetlinkError.self) { try netlink.create(named: name, kind: "ifb") }
        #expect(error.code == .invalidArgument)
        #expect(throws: NetlinkError.self) { _ = try TapDevice(named: name) }
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
