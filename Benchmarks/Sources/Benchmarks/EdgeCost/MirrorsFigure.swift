import Measuring

/// Several mirrors on one interface, of which all match or none does.
struct MirrorsFigure {
    func measure(_ conditions: Conditions) async throws -> Figure {
        conditions.progress("edge-cost: mirrors on one interface")
        let counts = conditions.choose(quick: [1, 4, 16], full: [1, 2, 4, 8, 16])
        let matching = counts.map { count in
            let mirrors = (0..<count).map { ["udp", "--to", "\(EdgeCost.vxlan):\(4789 + $0)"] }
            return (name: "match \(count)", method: PeriscopeMirrors(copies: count, all: mirrors) as any CopyMethod)
        }
        let idle = counts.map { count in
            let mirrors = (0..<count).map { ["tcp port \(1 + $0)", "--to", EdgeCost.vxlan] }
            return (name: "idle \(count)", method: PeriscopeMirrors(copies: 0, all: mirrors) as any CopyMethod)
        }
        return try await EdgeSite.with([("no copies", NoCopies())] + matching + idle, conditions) { site in
            let candidates = site.edges.map { EdgeSite.Candidate(edge: $0, frame: 64) }
            let rounds = try await site.rounds(candidates, count: EdgeCost.rounds(conditions))
            func series(_ name: String, from first: Int) -> Series {
                var series = Series(name)
                for (index, count) in counts.enumerated() {
                    series.add(
                        rounds.measurement(of: first + index, against: 0, by: .difference), at: .number(Double(count)))
                }
                return series
            }
            return Figure(
                title: "Mirrors on one interface",
                text: "Packets are of 64 bytes. Mirrors that match send one copy each, by VXLAN.",
                quantity: EdgeCost.quantity, unit: "ns", axis: "mirrors", plot: .lines, baseline: EdgeCost.baseline,
                series: [series("all match", from: 1), series("none matches", from: 1 + counts.count)])
        }
    }
}
