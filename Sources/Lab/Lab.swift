/// A small internet in namespaces, with real services: client, edge, server and collector.
///
/// ```
///            10.77.1.0/24             10.77.2.0/24
/// client ------------------- edge ------------------- server
///            fd77:1::/64      |       fd77:2::/64
///                             | 10.77.3.0/24, fd77:3::/64
///                         collector
/// ```
///
/// The edge proxies HTTP (ports 80 and 8080) to the server's web server and forwards everything else, such as questions
/// to the server's DNS. Namespaces are called `ps-<id>-<host>`: `ip netns exec ps-<id>-edge tcpdump -i eth0`.
public final class Lab: Sendable {
    /// What it was asked to be.
    public let configuration: LabConfiguration
    /// Its namespaces and links.
    public let network: Network

    private init(configuration: LabConfiguration, network: Network) {
        self.configuration = configuration
        self.network = network
    }

    /// What tells this lab from others on the machine.
    public var id: String { network.id }

    /// Makes a lab and returns once its services answer.
    ///
    /// - Throws: ``LabError``; what had been made is removed first.
    public static func up(_ configuration: LabConfiguration = LabConfiguration()) async throws(LabError) -> Lab {
        for program in programs(for: configuration) { _ = try program.located() }
        let network = try await Network.up(configuration.topology, id: configuration.id)
        let lab = Lab(configuration: configuration, network: network)
        do {
            try await lab.startServices()
        } catch {
            try? await network.down()
            throw error
        }
        return lab
    }

    /// Makes a lab, uses it, and takes it down whatever happens (see ``Network/with(_:id:endingOn:_:)``).
    public static func withLab<Value: Sendable>(
        _ configuration: LabConfiguration = LabConfiguration(), endingOn signals: [Int32] = Interruption.usual,
        _ work: @escaping @Sendable (Lab) async throws -> Value
    ) async throws -> Value {
        try await Interruption.cancelling(on: signals) {
            let lab = try await up(configuration)
            do {
                try Task.checkCancellation()
                let value = try await work(lab)
                try await lab.down()
                return value
            } catch {
                try? await lab.down()
                throw error
            }
        }
    }

    /// Ends its services and whatever else runs in it, and removes it.
    public func down() async throws(LabError) {
        try await network.down()
    }

    /// Removes a lab, or what is left of it, by its identifier (see ``Network/remove(id:)``).
    public static func down(_ id: String) async throws(LabError) {
        try await Network.remove(id: id)
    }

    /// The labs and other networks that are up on this machine, or left over.
    public static func list() -> [Network.Listing] {
        Network.list()
    }

    /// The namespace of a host.
    public func namespace(_ host: Host) -> NetworkNamespace {
        network.namespace(host.rawValue)
    }

    /// Runs a program in a host and waits for its end (see ``Network/run(in:_:keepingMounts:limit:)``).
    public func run(
        in host: Host, _ command: [String], keepingMounts: Bool = false, limit: Duration = .seconds(30)
    ) async throws(LabError) -> ProcessResult {
        try await network.run(in: host.rawValue, command, keepingMounts: keepingMounts, limit: limit)
    }

    /// Starts a program in a host and leaves it running (see ``Network/start(in:_:keepingMounts:limit:)``).
    public func start(
        in host: Host, _ command: [String], keepingMounts: Bool = false, limit: Duration? = nil
    ) throws(LabError) -> RunningProcess {
        try network.start(in: host.rawValue, command, keepingMounts: keepingMounts, limit: limit)
    }

    private static func programs(for configuration: LabConfiguration) -> [Program] {
        var programs: [Program] = [.ip]
        if configuration.parts.contains(.web) { programs += [.nginx, .curl] }
        if configuration.parts.contains(.dns) { programs += [.dnsmasq, .dig] }
        return programs
    }
}
