/// What a lab is to have.
public struct LabConfiguration: Hashable, Sendable {
    /// A service in the lab.
    public enum Part: String, Hashable, Sendable, CaseIterable {
        /// nginx as reverse proxy in `edge`, and behind it nginx as web server in `server`.
        case web
        /// dnsmasq in `server`.
        case dns
    }

    /// What tells this lab from others on the machine: letters and digits; nil for a random one.
    public var id: String?
    /// The services; those that need programs which are not installed can be left out.
    public var parts: Set<Part>
    /// The largest network-layer packet on the link to the collector, in bytes. The default carries copies of full-size
    /// packets with their tunnel headers; 1500 shows what happens to them where it does not.
    public var collectorMTU: Int
    /// Whether hosts hand over super-packets (see ``Topology/Link/segmentationOffload``).
    public var segmentationOffload: Bool
    /// The user that the services run as once they are started.
    public var user: String
    /// That user's group.
    public var group: String

    /// All services, a collector link that carries whole copies, and services without root's rights.
    public init(
        id: String? = nil, parts: Set<Part> = Set(Part.allCases), collectorMTU: Int = 9000,
        segmentationOffload: Bool = true, user: String = "nobody", group: String = "nogroup"
    ) {
        self.id = id
        self.parts = parts
        self.collectorMTU = collectorMTU
        self.segmentationOffload = segmentationOffload
        self.user = user
        self.group = group
    }
}
