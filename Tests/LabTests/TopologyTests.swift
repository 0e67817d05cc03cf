import Testing

@testable import Lab

@Suite struct TopologyTests {
    @Test func `links number each host's interfaces`() {
        let topology = LabConfiguration(collectorMTU: 1500).topology
        let ends = topology.links.map { "\($0.near.host) \($0.near.interface) \($0.far.host) \($0.far.interface)" }
        #expect(ends == ["edge eth0 client eth0", "edge eth1 server eth0", "edge eth2 collector eth0"])
        #expect(topology.links.map(\.mtu) == [1500, 1500, 1500])
        #expect(LabConfiguration().topology.links.map(\.mtu) == [1500, 1500, 9000])
    }

    @Test func `a host linked to itself has two interfaces`() {
        var topology = Topology(hosts: ["one"])
        topology.link("one", [], "one", [])
        #expect([topology.links[0].near.interface, topology.links[0].far.interface] == ["eth0", "eth1"])
    }

    @Test func `the steps of a host make its links before addresses and routes`() {
        var topology = Topology(hosts: ["a", "b"])
        topology.link("a", ["10.0.0.1/24"], "b", ["10.0.0.2/24", "fd00::2/64"], mtu: 9000, segmentationOffload: false)
        topology.routeByDefault("b", by: ["10.0.0.1", "fd00::1"])
        let near = topology.steps(for: "a") { "ns-\($0)" }
        let far = topology.steps(for: "b") { "ns-\($0)" }
        #expect(near.links == ["link add eth0 mtu 9000 type veth peer name eth0 mtu 9000 netns ns-b"])
        #expect(far.links.isEmpty)
        #expect(
            far.addresses == [
                "link set lo up", "link set eth0 gso_max_segs 1", "address add 10.0.0.2/24 dev eth0",
                "address add fd00::2/64 dev eth0 nodad", "link set eth0 up",
            ])
        #expect(far.routes == ["route add default via 10.0.0.1", "route add default via fd00::1"])
        #expect(near.settings.contains(.init(file: "ipv4/ip_forward", value: "0")))
    }

    static let faulty: [(Topology, String)] = [
        (Topology(hosts: ["a-b"]), "a-b"),
        (Topology(hosts: [""]), "\"\""),
        (Topology(hosts: ["a", "a"]), "more than once"),
        (Topology(hosts: ["ä"]), "ä"),
        (
            Topology(
                hosts: ["a"],
                links: [.init(near: .init(host: "a", interface: "x"), far: .init(host: "b", interface: "y"))]),
            "\"b\""
        ),
        (
            Topology(
                hosts: ["a"],
                links: [.init(near: .init(host: "a", interface: "x y"), far: .init(host: "a", interface: "y"))]),
            "x y"
        ),
        (
            Topology(
                hosts: ["a"],
                links: [
                    .init(near: .init(host: "a", interface: "0123456789abcdef"), far: .init(host: "a", interface: "y"))
                ]),
            "0123456789abcdef"
        ),
        (Topology(hosts: ["a"], routes: [.init(host: "z", destination: "default", gateway: "10.0.0.1")]), "\"z\""),
        (Topology(hosts: ["a"], forwarding: ["z"]), "\"z\""),
    ]

    @Test(arguments: faulty.indices)
    func `a topology that cannot be is refused by name before anything is made`(index: Int) async {
        let (topology, named) = Self.faulty[index]
        let error = await #expect(throws: LabError.self) { try await Network.up(topology) }
        #expect(error?.code == .invalidName)
        #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
    }

    @Test func `names divide into identifier and host, and others are left alone`() {
        #expect(Naming.parts(of: "ps-1a-edge")?.id == "1a")
        #expect(Naming.parts(of: "ps-1a-edge")?.host == "edge")
        for other in ["ps-1a", "ps--edge", "ps-1a-", "xps-1a-edge", "ps-1a-edge-2", "", "edge", "ps-a b-c"] {
            #expect(Naming.parts(of: other) == nil, "\(other)")
        }
    }
}
