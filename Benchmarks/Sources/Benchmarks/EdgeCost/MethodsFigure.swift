import Measuring

/// Ways to make copies, at several sizes of packets.
struct MethodsFigure {
    private static let sizes = [64, 512, 1400]

    func measure(_ conditions: Conditions) async throws -> Figure {
        conditions.progress("edge-cost: ways to make copies")
        let methods: [(name: String, method: any CopyMethod)] = [
            ("no copies", NoCopies()), ("periscope, VXLAN", PeriscopeMirrors(["udp", "--to", EdgeCost.vxlan])),
            ("periscope, Geneve", PeriscopeMirrors(["udp", "--to", "geneve://\(EdgeSite.target)"])),
            ("periscope, GUE", PeriscopeMirrors(["udp", "--to", "gue://\(EdgeSite.target)"])),
            ("tc u32 + mirred", TrafficControl(filter: "u32 match ip protocol 17 0xff")),
            ("tc flower + mirred", TrafficControl(filter: "flower ip_proto udp")), ("nft dup", NFTables()),
            ("iptables TEE (no tunnel)", Tee()), ("packet socket", PacketSocketCopies()),
        ]
        return try await EdgeSite.with(methods, conditions) { site in
            var series = site.edges.dropFirst().map { Series($0) }
            for size in Self.sizes {
                let candidates = site.edges.map { EdgeSite.Candidate(edge: $0, frame: size) }
                let rounds = try await site.rounds(candidates, count: EdgeCost.rounds(conditions))
                for index in series.indices {
                    let measurement = rounds.measurement(of: index + 1, against: 0, by: .difference)
                    series[index].add(measurement, at: .number(Double(size)))
                }
            }
            let missing = site.missing.sorted { $0.key < $1.key }.map { "\n\nNot here: \($0.key), \($0.value)" }
            return Figure(
                title: "Ways to make copies",
                text: "Every packet matches one rule: UDP. Sizes are those of the Ethernet frame." + missing.joined(),
                quantity: EdgeCost.quantity, unit: "ns", axis: "bytes", plot: .lines, baseline: EdgeCost.baseline,
                series: series)
        }
    }
}
