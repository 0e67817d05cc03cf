internal import Synchronization

/// A topology that is up: its namespaces, its private folder, and the programs started in it.
///
/// Nothing of the caller's own network is touched: links are made inside the namespaces, both ends, and settings are
/// written there.
public final class Network: Sendable {
    /// What tells this network from others on the machine: part of its namespaces' names.
    public let id: String
    /// What it looks like.
    public let topology: Topology
    /// Its private folder, for configuration, logs and captures; removed with the network. Others can pass through it
    /// but not list it, so that services that give up root can read what is theirs.
    public let folder: String
    private let started = Mutex<[RunningProcess]>([])

    private init(id: String, topology: Topology) {
        self.id = id
        self.topology = topology
        self.folder = Network.folder(of: id)
    }

    /// Makes the namespaces, links, addresses and routes.
    ///
    /// - Parameter id: letters and digits, or nil for a random one.
    /// - Throws: ``LabError``; what had been made is removed first.
    public static func up(_ topology: Topology, id: String? = nil) async throws(LabError) -> Network {
        let id = id ?? Naming.randomIdentifier()
        guard Naming.isPart(id) else {
            throw LabError(code: .invalidName, message: "the identifier \"\(id)\" is not of 1 to 32 letters and digits")
        }
        try topology.validate()
        let network = Network(id: id, topology: topology)
        // The folder first: making it is the one step that only one of two rivals for an identifier can do.
        try LabFolder.make(network.folder)
        do {
            try await network.build()
        } catch {
            try? await remove(id: id)
            throw error
        }
        return network
    }

    /// Brings a network up, uses it, and takes it down whatever happens: also when the work fails or the task is
    /// cancelled, and when one of the signals arrives, which first cancels the work and afterwards ends this process
    /// as if nothing had been in the way.
    public static func with<Value: Sendable>(
        _ topology: Topology, id: String? = nil, endingOn signals: [Int32] = Interruption.usual,
        _ work: @escaping @Sendable (Network) async throws -> Value
    ) async throws -> Value {
        try await Interruption.cancelling(on: signals) {
            let network = try await Network.up(topology, id: id)
            do {
                try Task.checkCancellation()
                let value = try await work(network)
                try await network.down()
                return value
            } catch {
                try? await network.down()
                throw error
            }
        }
    }

    /// The namespace of a host.
    public func namespace(_ host: String) -> NetworkNamespace {
        Naming.namespace(of: host, in: id)
    }

    /// All its namespaces.
    public var namespaces: [NetworkNamespace] { topology.hosts.map(namespace) }

    /// Starts a program in a host and leaves it running; the network ends it when it goes down.
    ///
    /// - Parameters:
    ///   - command: the program, found in the search path, and its arguments
    ///   - keepingMounts: see ``NetworkNamespace/entering(_:keepingMounts:)``
    ///   - limit: how long it may run
    public func start(
        in host: String, _ command: [String], keepingMounts: Bool = false, limit: Duration? = nil
    ) throws(LabError) -> RunningProcess {
        guard let program = command.first else {
            throw LabError(code: .programMissing, message: "there is no program in an empty command")
        }
        let namespace = namespace(host)
        guard namespace.exists else {
            throw LabError(
                code: .invalidName, message: "there is no namespace \(namespace.name): is the network down?")
        }
        let located = try [Program.locate(program)] + command.dropFirst()
        let process = try RunningProcess(
            command, executing: namespace.entering(located, keepingMounts: keepingMounts), limit: limit)
        started.withLock { processes in
            processes.removeAll { !$0.isRunning }
            processes.append(process)
        }
        return process
    }

    /// Runs a program in a host and waits for its end.
    ///
    /// - Returns: how it ended; not an error if that was with a failure (see ``ProcessResult/checked()``).
    public func run(
        in host: String, _ command: [String], keepingMounts: Bool = false, limit: Duration = .seconds(30)
    ) async throws(LabError) -> ProcessResult {
        try await start(in: host, command, keepingMounts: keepingMounts, limit: limit).wait()
    }

    /// Ends what runs in the network and removes it: processes, namespaces with their links, the folder.
    public func down() async throws(LabError) {
        // Those on their way into a namespace are not seen there yet.
        for process in started.withLock({ $0 }) { process.signal(15) }
        try await Network.remove(id: id)
        for process in started.withLock({ $0 }) { await process.terminate() }
    }
}
