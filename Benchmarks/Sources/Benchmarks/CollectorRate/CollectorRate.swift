public import Measuring

/// How much a collector takes.
public struct CollectorRate: Benchmark {
    public let name = "collector"
    public let title = "What the collector takes"
    public let about = """
        Copies in VXLAN, of eight flows, sent from one processor to a collector that has another one to itself \
        (`taskset`, one thread), over a veth. Beside it tcpdump writes what comes out of the kernel's VXLAN device. Both \
        write whole packets to a file. What the kernel does when a packet comes in happens on the sender's processor: for \
        tcpdump that includes taking the tunnel off and copying the packet to its ring, for the collector nothing but \
        putting it into the socket's queue. So the collector's processor does all of the collector's work, and a part \
        of tcpdump's.

        Lost is what was sent and is not in the file, whoever says so. The copies have no numbers (VXLAN).
        """

    public init() {}

    public func run(_ conditions: Conditions) async throws -> [Figure] {
        let offered: [Double?] = conditions.choose(quick: [700_000, nil], full: [200_000, 400_000, 700_000, nil])
        return try await CollectorSite.with(conditions) { site in
            var figures = CollectorFigures()
            for frame in [64, 512, 1400] {
                for rate in offered {
                    let results = try await rounds(site, frame, rate, conditions)
                    figures.add(results, frame: frame, rate: rate)
                }
            }
            return figures.all
        }
    }

    /// What each receiver made of the same, round by round.
    private func rounds(
        _ site: CollectorSite, _ frame: Int, _ rate: Double?, _ conditions: Conditions
    ) async throws -> [CollectorSite.Receiver: [CollectorSite.Result]] {
        let count = conditions.choose(quick: 2, full: 5)
        var results: [CollectorSite.Receiver: [CollectorSite.Result]] = [:]
        for round in 0..<count {
            conditions.progress("collector: \(frame) bytes, round \(round + 1) of \(count)")
            let receivers = CollectorSite.Receiver.allCases
            for receiver in round % 2 == 0 ? receivers : receivers.reversed() {
                results[receiver, default: []].append(try await site.measure(receiver, frame: frame, rate: rate))
            }
        }
        return results
    }
}
