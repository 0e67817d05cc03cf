import Glibc
import Testing

@testable import Lab

@Suite struct NetworkTests {
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
        let start = ContinuousClock.now
        try await Network.with(Self.chain) { network in
            print("up after", ContinuousClock.now - start)
            for address in ["10.0.2.2", "fd00:2::2"] {
                let ping = try await network.run(in: "sender", ["ping", "-c", "2", "-i", "0.01", "-W", "2", address])
                print(ContinuousClock.now - start, ping.text)
                #expect(ping.text.contains("2 received"), "\(ping)")
            }
            let big = ["ping", "-c", "1", "-M", "do", "-s", "8972", "-W", "2", "10.0.3.2"]
            #expect(try await network.run(in: "mirror", big).succeeded)
        }
        print("down after", ContinuousClock.now - start)
    }
}
