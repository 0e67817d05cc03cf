import Collecting
import Packets
import Pcapng
import TestSupport

/// A collector in a network namespace of its own, with free ports, and senders to it.
struct TestCollector {
    let namespace: NetworkNamespace
    let stop: StopRequest
    let ports: [Tunnel: UInt16]
    private let collector: Collector

    init(
        in namespace: NetworkNamespace? = nil, _ change: (inout CollectorConfiguration) -> Void = { _ in }
    ) throws {
        let namespace = try namespace ?? NetworkNamespace()
        var configuration = CollectorConfiguration(listeners: Tunnel.allCases.map { .init($0, port: 0) })
        change(&configuration)
        let stop = try StopRequest()
        collector = try namespace.perform { () throws(CollectorError) in try Collector(configuration, stop: stop) }
        ports = Dictionary(uniqueKeysWithValues: zip(configuration.listeners.map(\.tunnel), collector.ports))
        self.namespace = namespace
        self.stop = stop
    }

    func sender(
        _ tunnel: Tunnel, from source: IPAddress = "127.0.0.1", to destination: IPAddress? = nil, checksum: Bool = true
    ) throws -> DatagramSender {
        let destination = destination ?? (source.bitWidth == 32 ? "127.0.0.1" : "::1")
        let port = ports[tunnel] ?? 0
        return try namespace.perform {
            try DatagramSender(from: source, to: destination, port: port, checksum: checksum)
        }
    }

    /// Takes what was sent so far and ends.
    func finish() async throws -> CollectorSnapshot {
        stop.request()
        return try await collector.run()
    }

    /// Runs until the configuration says it is the end, or the stop is asked.
    func run(
        report: @escaping @Sendable (CollectorSnapshot) -> Void = { _ in }
    ) async throws -> CollectorSnapshot {
        try await collector.run(report: report)
    }
}

extension CopyMetadata {
    /// The option with which Geneve carries it.
    var option: GeneveOption {
        get throws { try GeneveOption(optionClass: Self.optionClass, type: Self.type, data: Array(encoded[4...])) }
    }
}

/// Packets in each of the ways that a tunnel carries them.
enum Carried: CaseIterable {
    case vxlan, geneveEthernet, geneveIP, gueEthernet, gueIP, gueDirect

    var tunnel: Tunnel {
        switch self {
        case .vxlan: .vxlan
        case .geneveEthernet, .geneveIP: .geneve
        case .gueEthernet, .gueIP, .gueDirect: .gue
        }
    }

    var linkType: LinkType {
        switch self {
        case .vxlan, .geneveEthernet, .gueEthernet: .ethernet
        case .geneveIP, .gueIP, .gueDirect: .raw
        }
    }

    /// What is carried of a frame that `builder` builds.
    func inner(_ builder: FrameBuilder) -> [UInt8] {
        linkType == .ethernet ? builder.frame : builder.packet
    }

    /// The datagram's payload.
    func datagram(_ builder: FrameBuilder) throws -> [UInt8] {
        let inner = inner(builder)
        let isIPv6 = builder.packet[0] >> 4 == 6
        let header: TunnelHeader =
            switch self {
            case .vxlan: .vxlan(VXLANHeader(vni: 7))
            case .geneveEthernet: .geneve(GeneveHeader(vni: 8))
            case .geneveIP:
                .geneve(
                    GeneveHeader(vni: 9, protocolType: isIPv6 ? Ethernet.ipv6 : Ethernet.ipv4),
                    options: [try GeneveOption(optionClass: 1, type: 1, data: [1, 2, 3, 4])])
            case .gueEthernet: .gue(.data(ipProtocol: IPProtocol.ethernet, flags: 0))
            case .gueIP:
                .gue(.data(ipProtocol: isIPv6 ? IPProtocol.ipv6 : IPProtocol.ipv4, flags: 0), extensions: [0, 0, 0, 1])
            case .gueDirect: .gue(.direct(version: isIPv6 ? 6 : 4))
            }
        return try header.encoded() + inner
    }

    func interfaceName(_ address: String) -> String {
        switch self {
        case .vxlan: "vxlan \(address) vni 7"
        case .geneveEthernet: "geneve \(address) vni 8"
        case .geneveIP: "geneve \(address) vni 9"
        case .gueEthernet, .gueIP, .gueDirect: "gue \(address)"
        }
    }
}
