import Lab
import Measuring
import Traffic

/// How many requests are answered one after the other, and how long each takes.
struct RequestTimes {
    private static let quantiles = [("median", 0.5), ("99 %", 0.99), ("99.9 %", 0.999)]
    private static let size = 64
    let site: ProductionSite

    init(_ site: ProductionSite) { self.site = site }

    func measure(_ conditions: Conditions) async throws -> (rates: Figure, times: Figure) {
        var conversations: [Conversation] = []
        for index in ProductionSite.candidates.indices {
            conversations.append(
                try await Conversation(
                    .echo, port: 8002, at: ProductionSite.server, in: site.edge(index), from: site.client(index)))
        }
        let all = conversations
        // As many that one in a thousand is several.
        let count = 4000
        let repetitions = InterleavedRounds(conditions.choose(quick: 8, full: 60))
        let measured = try await MeasuringThread.run(in: site.network.namespace("far")) { cancellation in
            var times: [Int: [[Double]]] = [:]
            let rates = try repetitions.run(ProductionSite.candidates) { index in
                try cancellation.check()
                let start = Clock.now()
                let slice = try all[index].client.request(count, size: Self.size)
                times[index, default: []].append(slice.sorted())
                return Double(count) * 1e9 / Double(Clock.now() - start)
            }
            return (rates: rates, times: times.mapValues { $0.dropFirst(repetitions.warmUps) })
        }
        for conversation in all { try await conversation.finish() }
        return (Self.rates(measured.rates), Self.times(measured.times.mapValues(Array.init)))
    }

    private static func rates(_ rounds: Rounds) -> Figure {
        let series = ProductionSite.candidates.indices.dropFirst().map { index in
            Series(
                ProductionSite.candidates[index],
                [Point(at: "requests", measurement: rounds.measurement(of: index, against: 0, by: .ratio))])
        }
        return Figure(
            title: "Requests", text: "One connection; requests and answers of 64 bytes, one after the other.",
            quantity: "requests per second, as a part of those without a mirror", unit: "", axis: "", plot: .bars,
            baseline: ProductionSite.candidates[0], series: series)
    }

    private static func times(_ times: [Int: [[Double]]]) -> Figure {
        func quantiles(_ index: Int, _ fraction: Double) -> [Double] {
            (times[index] ?? []).map { Distribution.quantile(fraction, of: $0) }
        }
        let series = ProductionSite.candidates.indices.dropFirst().map { index in
            Series(
                ProductionSite.candidates[index],
                Self.quantiles.map { name, fraction in
                    Point(
                        at: .name(name),
                        measurement: Measurement(
                            quantiles(index, fraction), against: quantiles(0, fraction), by: .difference))
                })
        }
        return Figure(
            title: "Time to an answer",
            text: "Of each 4,000 requests the median, and what 99 % and 99.9 % of them do not exceed.",
            quantity: "time from a request to its answer, more than without a mirror", unit: "ns", axis: "quantile",
            plot: .bars, baseline: ProductionSite.candidates[0], series: series)
    }
}
