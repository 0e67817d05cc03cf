public import Measuring

/// What production feels of mirrors.
public struct Production: Benchmark {
    public let name = "production"
    public let title = "What production feels"
    public let about = """
        A TCP server on a host that is mirrored in both directions, and its client in another network namespace (veth \
        between them). Each candidate has a pair of namespaces of its own, all up at the same time; traffic goes \
        through one pair after the other, so that nothing is attached or detached in between. Client, server and all that \
        the kernel does for them share one processor: whatever a mirror costs is felt in full. Copies go out of another \
        interface, by VXLAN, and are thrown away at its far end.

        The mirror with 10,000 rules has address ranges, ports and protocols from a seed; many of its rules fit the \
        traffic in all but one field, none in all.
        """

    public init() {}

    public func run(_ conditions: Conditions) async throws -> [Figure] {
        conditions.progress("production: streams")
        let whole = try await ProductionSite.with(segmentationOffload: true, conditions) { site in
            (try await StreamRates(site).measure(conditions), try await RequestTimes(site).measure(conditions))
        }
        conditions.progress("production: streams without segmentation offload")
        let cut = try await ProductionSite.with(segmentationOffload: false, conditions) { site in
            try await StreamRates(site).measure(conditions)
        }
        return [StreamRates.figure(whole: whole.0, cut: cut), whole.1.rates, whole.1.times]
    }
}
