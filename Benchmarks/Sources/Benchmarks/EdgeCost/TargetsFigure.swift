import Measuring

/// Several targets of one mirror: several copies of each packet.
struct TargetsFigure {
    func measure(_ conditions: Conditions) async throws -> Figure {
        conditions.progress("edge-cost: targets of one mirror")
        let counts = conditions.choose(quick: [1, 2, 8], full: [1, 2, 3, 4, 6, 8])
        let mirrors = counts.map { count in
            let targets = (0..<count).flatMap { ["--to", "\(EdgeCost.vxlan):\(4789 + $0)"] }
            return (name: "\(count)", method: PeriscopeMirrors(copies: count, ["udp"] + targets) as any CopyMethod)
        }
        return try await EdgeSite.with([("no copies", NoCopies())] + mirrors, conditions) { site in
            let candidates = site.edges.map { EdgeSite.Candidate(edge: $0, frame: 64) }
            let rounds = try await site.rounds(candidates, count: EdgeCost.rounds(conditions))
            var series = Series("periscope, VXLAN")
            for (index, count) in counts.enumerated() {
                series.add(
                    rounds.measurement(of: index + 1, against: 0, by: .difference), at: .number(Double(count)))
            }
            return Figure(
                title: "Targets of one mirror", text: "Each target gets a copy of each packet, of 64 bytes.",
                quantity: EdgeCost.quantity, unit: "ns", axis: "targets", plot: .lines, baseline: EdgeCost.baseline,
                series: [series])
        }
    }
}
