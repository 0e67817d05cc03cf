import Glibc
import Testing

@testable import Lab

@Suite(.enabled(if: geteuid() == 0, "network namespaces need root"))
struct NetworkTests {
    static var chain: Topology {
        var topology = Topology(
            hosts: ["sender", "mirror", "receiver", "collector"], forwarding: ["mirror"])
        topology.link("sender", ["10.0.1.2/24", "fd00:1::2/64"], "mirror", ["10.0.1.1/24", "fd00:1::1/64"])
        topology.link("mirror", ["10.0.2.1/24", "fd00:2::1/64"], "receiver", ["10.0.2.2/24", "fd00:2::2/64"])
        topology.link("mirror", ["10.0.3.1/24"], "collector", ["10.0.3.2/24"], mtu: 9000)
        topology.routeByDefault("sender", by: ["10.0.1.1", "fd00:1::1"])
        topology.routeByDefault("receiver", by: ["10.0.2.1", "fd00:2::1"])
        return topology
    }

    @Test func `a bare topology carries packets at once, forwarded in both families`() async throws {
        try await Network.with(Self.chain) { network in
            for address in ["10.0.2.2", "fd00:2::2"] {
                let ping = try await network.run(in: "sender", ["ping", "-c", "2", "-i", "0.01", "-W", "2", address])
                #expect(ping.text.contains("2 received"), "\(ping)")
            }
            let big = ["ping", "-c", "1", "-M", "do", "-s", "8972", "-W", "2", "10.0.3.2"]
            #expect(try await network.run(in: "mirror", big).succeeded)
        }
    }
}

extension NetworkTests {
    @Test func `work in a namespace sees its settings and not the caller's`() async throws {
        try await Network.with(Self.chain) { network in
            for host in network.topology.hosts {
                let forwarding = try await network.namespace(host).perform {
                    Remains.content(of: "/proc/sys/net/ipv4/ip_forward")
                }
                #expect(forwarding == (host == "mirror" ? "1\n" : "0\n"), "\(host)")
            }
        }
    }

    @Test func `errors of work in a namespace come through, and a missing one is said`() async throws {
        struct Oops: Error {}
        try await Network.with(Topology(hosts: ["one"])) { network in
            let one = network.namespace("one")
            await #expect(throws: Oops.self) { try await one.perform { throw Oops() } }
            let missing = NetworkNamespace(name: "ps-none-none")
            let error = await #expect(throws: LabError.self) { try await missing.perform {} }
            #expect(error?.cause == ENOENT)
            let start = #expect(throws: LabError.self) { try network.start(in: "two", ["true"]) }
            #expect(start?.code == .invalidName)
        }
    }

    @Test(arguments: [(true, true), (false, false)])
    func `super-packets are on a link only where they are wanted`(offload: Bool, expected: Bool) async throws {
        var topology = Topology(hosts: ["a", "b"])
        topology.link("a", ["10.0.0.1/24"], "b", ["10.0.0.2/24"], segmentationOffload: offload)
        try await Network.with(topology) { network in
            let file = "\(network.folder)/capture"
            let dump = ["tcpdump", "-Z", "root", "--immediate-mode", "-n"]
            let watch = try network.start(in: "b", dump + ["-U", "-i", "eth0", "-s", "100", "-w", file, "tcp"])
            #expect(await watch.waitForOutput(containing: "listening"))
            let server = try network.start(in: "b", ["iperf3", "-s", "-1", "--forceflush"])
            #expect(await server.waitForOutput(containing: "listening"))
            try await network.run(in: "a", ["iperf3", "-c", "10.0.0.2", "-n", "5M"]).checked()
            await watch.interrupt()
            let all = try await network.run(in: "b", dump + ["-r", file]).checked().text.split(separator: "\n")
            let big = try await network.run(in: "b", dump + ["-r", file, "greater 1515"]).checked()
                .text.split(separator: "\n").count
            #expect(all.count > 20)
            #expect((big > 0) == expected, "\(big) super-packets of \(all.count)")
        }
    }

    @Test func `keeping mounts shows the caller's sys, entering alone shows the namespace's`() async throws {
        try await Network.with(Topology(hosts: ["one"])) { network in
            // A name that is in the caller's mounts only, and hidden by the /sys that `ip netns exec` mounts.
            let kept = try await network.run(in: "one", ["stat", "-fc", "%T", "/sys/fs/cgroup"], keepingMounts: true)
            let here = try await RunningProcess(["stat", "-fc", "%T", "/sys/fs/cgroup"]).wait()
            #expect(kept.text == here.text)
            let links = try await network.run(in: "one", ["ls", "/sys/class/net"]).checked()
            #expect(links.text == "lo\n")
        }
    }

    @Test func `twenty networks at once are all made whole`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await Network.with(Self.chain) { network in
                        for address in ["10.0.2.2", "fd00:2::2"] {
                            try await network.run(in: "sender", ["ping", "-c", "1", "-W", "5", address]).checked()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
