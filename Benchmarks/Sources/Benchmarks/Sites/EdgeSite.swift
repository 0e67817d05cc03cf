import Lab
import Measuring
import Traffic

/// Edges side by side, each a namespace with its own way of making copies, so that traffic can go through one after the
/// other without anything being attached or detached in between.
///
/// Each edge has production on eth0 and sends copies out of eth1. Both lead to `far`, where nothing is received: frames
/// carry a hardware address that nobody has there, and end as early as they can, at the same cost for all.
struct EdgeSite: Sendable {
    /// Where packets of production go from an edge.
    static let production = SocketAddress("10.0.0.2", 9)
    /// Where copies go.
    static let target = "10.0.1.2"
    private static let far = "far"

    let network: Network
    /// The edges that are there, by name.
    let edges: [String]
    /// The ways that this machine does not have, and why.
    let missing: [String: String]

    /// Brings edges up and takes them down after the work.
    static func with<Value: Sendable>(
        _ methods: [(name: String, method: any CopyMethod)], _ conditions: Conditions,
        _ work: @escaping @Sendable (EdgeSite) async throws -> Value
    ) async throws -> Value {
        var topology = Topology(hosts: [far] + methods.indices.map(host))
        for index in methods.indices {
            topology.link(host(index), ["10.0.0.1/24"], far, [])
            // Room for the tunnel's headers: copies are sent whole.
            topology.link(host(index), ["10.0.1.1/24"], far, [], mtu: 1600)
        }
        return try await Network.with(topology) { network in
            var edges: [String] = []
            var missing: [String: String] = [:]
            for (index, (name, method)) in methods.enumerated() {
                let host = host(index)
                try await network.command(
                    host, "ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:99 dev eth0 nud permanent",
                    "ip neigh replace \(target) lladdr 02:00:00:00:00:99 dev eth1 nud permanent")
                do {
                    try await method.begin(EdgeHost(name: host, network: network), conditions)
                    edges.append(name)
                } catch let error as MethodUnavailable {
                    missing[name] = error.reason
                }
            }
            let hosts = methods.indices.filter { edges.contains(methods[$0].name) }.map { (methods[$0].name, host($0)) }
            return try await work(
                EdgeSite(
                    network: network, edges: edges, missing: missing, hosts: Dictionary(uniqueKeysWithValues: hosts),
                    methods: Dictionary(uniqueKeysWithValues: methods.map { ($0.name, $0.method) })))
        }
    }

    private let hosts: [String: String]
    private let methods: [String: any CopyMethod]

    private init(
        network: Network, edges: [String], missing: [String: String], hosts: [String: String],
        methods: [String: any CopyMethod]
    ) {
        self.network = network
        self.edges = edges
        self.missing = missing
        self.hosts = hosts
        self.methods = methods
    }

    private static func host(_ index: Int) -> String { "edge\(index)" }

    /// A candidate: frames of a size through an edge.
    struct Candidate: Sendable {
        let edge: String
        let frame: Int
    }

    /// Nanoseconds of a processor for each packet, of every candidate in every round.
    ///
    /// One thread sends; the kernel does everything that follows from a packet on the same processor before the next
    /// one is sent, or it waits until the kernel has: the time that passes is what packets cost. Copies that are made by
    /// another thread cost what that thread took.
    func rounds(_ candidates: [Candidate], count: Int) async throws -> Rounds {
        let bursts = try await withBursts(candidates.map(\.edge))
        let copiers = candidates.map { methods[$0.edge]?.copier }
        let before = try await copies(candidates)
        let names = candidates.map { "\($0.edge) \($0.frame)" }
        let rounds = try await MeasuringThread.run(in: network.namespace(Self.far)) { cancellation in
            try InterleavedRounds(count, warmUps: Self.warmUps).run(names) { index in
                try cancellation.check()
                let (burst, frame) = (bursts[index], candidates[index].frame)
                _ = try burst.send(DatagramBurst.batch, frame: frame)
                let start = copiers[index]?.settle()
                let cost = try burst.send(Self.slice, frame: frame)
                guard let start, let end = copiers[index]?.settle(), end.copies > start.copies else { return cost }
                return cost + Double(end.time - start.time) / Double(end.copies - start.copies)
            }
        }
        let packets = (Self.slice + DatagramBurst.batch) * (count + Self.warmUps)
        for (candidate, sent) in zip(candidates, zip(before, try await copies(candidates)).map({ $1 - $0 })) {
            let expected = methods[candidate.edge]?.copies ?? 0
            let share = Double(sent) / Double(packets * candidates.count { $0.edge == candidate.edge })
            guard methods[candidate.edge]?.copier != nil || abs(share - Double(expected)) < 0.01 else {
                throw Unexpected("\(candidate.edge) made \(share) copies of a packet and not \(expected)")
            }
        }
        return rounds
    }

    /// Packets of one turn: a millisecond or two, so that what disturbs the machine disturbs all candidates alike.
    private static let slice = 640
    private static let warmUps = 2

    private func withBursts(_ edges: [String]) async throws -> [DatagramBurst] {
        var bursts: [DatagramBurst] = []
        for edge in edges {
            guard let host = hosts[edge] else { throw Unexpected("there is no edge \(edge)") }
            bursts.append(try await network.namespace(host).perform { try DatagramBurst(to: Self.production) })
        }
        return bursts
    }

    /// Packets that left by each candidate's eth1 since it is there.
    private func copies(_ candidates: [Candidate]) async throws -> [Int] {
        var counts: [Int] = []
        for candidate in candidates {
            counts.append(try await network.count("tx_packets", of: "eth1", in: hosts[candidate.edge] ?? ""))
        }
        return counts
    }
}
