import Measuring

/// Shortened copies of long packets beside copies of short ones.
struct SnapLengthFigure {
    func measure(_ conditions: Conditions) async throws -> Figure {
        conditions.progress("edge-cost: shortened copies")
        let methods: [(name: String, method: any CopyMethod)] = [
            ("no copies", NoCopies()), ("whole", PeriscopeMirrors(["udp", "--to", EdgeCost.vxlan])),
            ("shortened", PeriscopeMirrors(["udp", "--snaplen", "128", "--to", EdgeCost.vxlan])),
        ]
        return try await EdgeSite.with(methods, conditions) { site in
            let candidates = [
                EdgeSite.Candidate(edge: "no copies", frame: 64), .init(edge: "no copies", frame: 1500),
                .init(edge: "whole", frame: 64), .init(edge: "whole", frame: 1500),
                .init(edge: "shortened", frame: 1500),
            ]
            let rounds = try await site.rounds(candidates, count: EdgeCost.rounds(conditions))
            var series = Series("periscope, VXLAN")
            for (index, baseline, place) in [
                (2, 0, "64 bytes, whole"), (3, 1, "1,500 bytes, whole"), (4, 1, "1,500 bytes, --snaplen 128"),
            ] {
                series.add(
                    rounds.measurement(of: index, against: baseline, by: .difference), at: .name(place))
            }
            return Figure(
                title: "Shortened copies", text: "Sizes are those of the Ethernet frame of production.",
                quantity: EdgeCost.quantity, unit: "ns", axis: "packets", plot: .bars, baseline: EdgeCost.baseline,
                series: [series])
        }
    }
}
