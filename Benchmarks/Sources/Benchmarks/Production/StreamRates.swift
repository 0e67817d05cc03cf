import Lab
import Measuring
import Traffic

/// How fast a TCP stream is.
struct StreamRates {
    let site: ProductionSite

    init(_ site: ProductionSite) { self.site = site }

    func measure(_ conditions: Conditions) async throws -> Rounds {
        var conversations: [Conversation] = []
        for index in ProductionSite.candidates.indices {
            // The edge sends, as servers do.
            conversations.append(
                try await Conversation(
                    .sink, port: 8001, at: "10.0.0.2", in: site.client(index), from: site.edge(index)))
        }
        let all = conversations
        let slice: UInt64 = 15_000_000
        let rounds = try await MeasuringThread.run(in: site.network.namespace("far")) { cancellation in
            try InterleavedRounds(conditions.choose(quick: 40, full: 300)).run(ProductionSite.candidates) { index in
                try cancellation.check()
                return try all[index].client.stream(for: slice, to: all[index].listener)
            }
        }
        for conversation in all { try await conversation.finish() }
        return rounds
    }

    /// - Parameters:
    ///   - whole: rounds with segmentation offload.
    ///   - cut: rounds without.
    static func figure(whole: Rounds, cut: Rounds) -> Figure {
        var series = ProductionSite.candidates.dropFirst().map { Series($0) }
        for (place, rounds) in [("with segmentation offload", whole), ("without", cut)] {
            for index in series.indices {
                series[index].add(
                    rounds.measurement(of: index + 1, against: 0, by: .ratio), at: .name(place))
            }
        }
        return Figure(
            title: "TCP throughput",
            text: "One stream from the mirrored host. Of both, the stream's own bits per second are in the JSON.",
            quantity: "throughput, as a part of that without a mirror", unit: "", axis: "stream", plot: .bars,
            baseline: ProductionSite.candidates[0], series: series)
    }
}
