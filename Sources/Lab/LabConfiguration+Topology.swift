extension LabConfiguration {
    /// The lab's hosts and links.
    public var topology: Topology {
        var topology = Topology(hosts: Lab.Host.allCases.map(\.rawValue), forwarding: [Lab.Host.edge.rawValue])
        for host in [Lab.Host.client, .server, .collector] {
            let network = host == .client ? 1 : host == .server ? 2 : 3
            topology.link(
                Lab.Host.edge.rawValue, Lab.Host.addresses(network: network, host: 1),
                host.rawValue, Lab.Host.addresses(network: network, host: 2),
                mtu: host == .collector ? collectorMTU : 1500, segmentationOffload: segmentationOffload)
            topology.routeByDefault(host.rawValue, by: Lab.AddressFamily.allCases.map(host.gateway))
        }
        return topology
    }
}
