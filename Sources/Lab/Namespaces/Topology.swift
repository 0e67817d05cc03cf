/// Hosts and the links between them: what a network in namespaces looks like, as a value.
///
/// A host is a network namespace, a link a veth pair (veth(4)). Host and interface names are the reader's own:
///
/// ```swift
/// var topology = Topology(hosts: ["sender", "mirror", "receiver"])
/// topology.link("sender", ["10.0.1.2/24"], "mirror", ["10.0.1.1/24"])
/// topology.link("mirror", ["10.0.2.1/24"], "receiver", ["10.0.2.2/24"])
/// topology.forwarding = ["mirror"]
/// ```
public struct Topology: Hashable, Sendable {
    /// One end of a link.
    public struct End: Hashable, Sendable {
        /// The host it is in.
        public var host: String
        /// The interface's name there, at most 15 bytes.
        public var interface: String
        /// Addresses with their prefix length, `10.0.1.2/24` or `fd00:1::2/64`.
        public var addresses: [String]

        /// An end of a link.
        public init(host: String, interface: String, addresses: [String] = []) {
            self.host = host
            self.interface = interface
            self.addresses = addresses
        }
    }

    /// A veth pair between two hosts.
    public struct Link: Hashable, Sendable {
        /// One end.
        public var near: End
        /// The other end.
        public var far: End
        /// The largest network-layer packet, in bytes, at both ends.
        public var mtu: Int
        /// Whether the ends hand over segmentation super-packets of up to 64 KiB, as a real card with TSO and GRO shows
        /// them to the stack. Without, every packet is one that could be on a wire.
        public var segmentationOffload: Bool

        /// A link between two ends.
        public init(near: End, far: End, mtu: Int = 1500, segmentationOffload: Bool = true) {
            self.near = near
            self.far = far
            self.mtu = mtu
            self.segmentationOffload = segmentationOffload
        }
    }

    /// A route of one host.
    public struct Route: Hashable, Sendable {
        /// The host that has the route.
        public var host: String
        /// A prefix, or `default`.
        public var destination: String
        /// The address of the next hop.
        public var gateway: String

        /// A route of a host.
        public init(host: String, destination: String, gateway: String) {
            self.host = host
            self.destination = destination
            self.gateway = gateway
        }
    }

    /// The hosts' names: letters and digits.
    public var hosts: [String]
    /// The links, in the order their interfaces are made.
    public var links: [Link]
    /// Routes beyond those of the links' own prefixes.
    public var routes: [Route]
    /// The hosts that forward between their links, IPv4 and IPv6.
    public var forwarding: Set<String>

    /// A topology, of unconnected hosts unless more is given.
    public init(hosts: [String], links: [Link] = [], routes: [Route] = [], forwarding: Set<String> = []) {
        self.hosts = hosts
        self.links = links
        self.routes = routes
        self.forwarding = forwarding
    }

    /// Links two hosts. Each end is called `eth` and the number of links that the host has already, from 0.
    public mutating func link(
        _ near: String, _ nearAddresses: [String], _ far: String, _ farAddresses: [String], mtu: Int = 1500,
        segmentationOffload: Bool = true
    ) {
        func count(_ host: String) -> Int {
            links.count { $0.near.host == host } + links.count { $0.far.host == host }
        }
        let nearEnd = End(host: near, interface: "eth\(count(near))", addresses: nearAddresses)
        let farEnd = End(
            host: far, interface: "eth\(near == far ? count(far) + 1 : count(far))", addresses: farAddresses)
        links.append(Link(near: nearEnd, far: farEnd, mtu: mtu, segmentationOffload: segmentationOffload))
    }

    /// Gives a host a default route for each address family of the gateways.
    public mutating func routeByDefault(_ host: String, by gateways: [String]) {
        routes += gateways.map { Route(host: host, destination: "default", gateway: $0) }
    }
}
