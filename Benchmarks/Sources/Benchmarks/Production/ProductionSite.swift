import Lab
import Measuring
import Traffic

/// Pairs of a mirrored server and its client, each with another mirror or none.
struct ProductionSite: Sendable {
    /// What is compared, the baseline first.
    static let candidates = [
        "no mirror", "no mirror, again", "1 rule, no match", "10,000 rules, no match", "everything matches",
    ]
    static let server = "10.0.0.1"

    let network: Network

    /// Brings the pairs up and takes them down after the work.
    static func with<Value: Sendable>(
        segmentationOffload: Bool, _ conditions: Conditions,
        _ work: @escaping @Sendable (ProductionSite) async throws -> Value
    ) async throws -> Value {
        let indices = candidates.indices
        var topology = Topology(hosts: ["far"] + indices.map { "edge\($0)" } + indices.map { "client\($0)" })
        for index in indices {
            topology.link(
                "edge\(index)", ["\(server)/24"], "client\(index)", ["10.0.0.2/24"],
                segmentationOffload: segmentationOffload)
            topology.link("edge\(index)", ["10.0.1.1/24"], "far", [], mtu: 1600)
        }
        return try await Network.with(topology) { network in
            let rules = "\(network.folder)/rules.yaml"
            try IdleRules(count: 10_000, seed: 4).write(to: rules)
            let mirrors = [2: ["tcp port 9"], 3: ["--rules", rules], 4: []]
            for index in indices {
                try await network.command(
                    "edge\(index)",
                    "ip neigh replace \(EdgeSite.target) lladdr 02:00:00:00:00:99 dev eth1 nud permanent")
                guard let selection = mirrors[index] else { continue }
                _ = try await MirrorRun.start(
                    conditions, in: network, "edge\(index)", ["eth0"] + selection + ["--to", EdgeCost.vxlan])
            }
            let value = try await work(ProductionSite(network: network))
            try await checkCopies(network)
            return value
        }
    }

    /// Copies have left where everything matches, and nowhere else.
    private static func checkCopies(_ network: Network) async throws {
        for (index, candidate) in candidates.enumerated() {
            let copies = try await network.count("tx_packets", of: "eth1", in: "edge\(index)")
            let sent = try await network.count("tx_packets", of: "eth0", in: "edge\(index)")
            let received = try await network.count("rx_packets", of: "eth0", in: "edge\(index)")
            // A packet is counted once where it is sent uncut, and copied in pieces. Beside copies there are a few packets
            // of IPv6's own.
            let isRight =
                candidate == candidates.last ? Double(copies) > 0.99 * Double(sent + received) : copies < 100
            guard isRight else { throw Unexpected("\(candidate): \(copies) copies of \(sent + received) packets") }
        }
    }

    func edge(_ index: Int) -> NetworkNamespace { network.namespace("edge\(index)") }
    func client(_ index: Int) -> NetworkNamespace { network.namespace("client\(index)") }
}
