public import Measuring

/// What a copy costs the host that makes it.
public struct EdgeCost: Benchmark {
    public let name = "edge-cost"
    public let title = "What a copy costs the edge"
    public let about = """
        Processor time on the host that mirrors, for each packet of which a copy is made: from the packet's way through \
        the kernel to the copy's last step on this host. Each candidate is a network namespace with production on one \
        interface and copies leaving by another (veth both), all up at the same time. One thread, which has a \
        processor to itself, sends UDP datagrams through one namespace after the other, 640 at a time, and all that \
        follows happens on that processor: so the time that passes is the cost, softirqs included. The figure is the \
        difference to the namespace without copies in the same round. The far ends throw everything away at once.

        Others make their tunnel with the kernel's VXLAN device. The packet-socket copier (PACKET_MMAP and sendmmsg, in \
        this program) stands for agents in user space; its own thread runs on another processor, and what that took \
        for each copy is added. TEE sends copies without a tunnel.
        """

    public init() {}

    public func run(_ conditions: Conditions) async throws -> [Figure] {
        [
            try await MethodsFigure().measure(conditions), try await SnapLengthFigure().measure(conditions),
            try await TargetsFigure().measure(conditions), try await MirrorsFigure().measure(conditions),
        ]
    }

    /// Rounds of one figure.
    static func rounds(_ conditions: Conditions) -> Int { conditions.choose(quick: 60, full: 400) }

    static let quantity = "processor time for each packet, more than without copies"
    static let baseline = "no copies"
    static let vxlan = "vxlan://\(EdgeSite.target)"
}
