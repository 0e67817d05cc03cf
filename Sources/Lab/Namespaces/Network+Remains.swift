import Glibc

extension Network {
    /// What there is of a network, whoever made it and whether that is still alive.
    public struct Listing: Hashable, Sendable {
        /// Its identifier.
        public var id: String
        /// The hosts whose namespaces exist.
        public var hosts: [String]
        /// The processes in them.
        public var processes: [Int32]
    }

    /// The networks that are up on this machine, or left over, by identifier.
    public static func list() -> [Listing] {
        let ids = Set(allNamespaces().map(\.id) + LabFolder.identifiers())
        return ids.sorted().map { id in
            let mine = allNamespaces().filter { $0.id == id }
            return Listing(
                id: id, hosts: mine.map(\.host).sorted(),
                processes: NetworkNamespace.processes(in: mine.map(\.namespace)).sorted())
        }
    }

    /// Removes what there is of a network by its identifier alone: for one whose maker was killed.
    ///
    /// Every process in its namespaces is ended, also one that a person started there by hand. It is no error if there
    /// is nothing.
    public static func remove(id: String) async throws(LabError) {
        guard Naming.isPart(id) else {
            throw LabError(code: .invalidName, message: "the identifier \"\(id)\" is not of 1 to 32 letters and digits")
        }
        let namespaces = allNamespaces().filter { $0.id == id }.map(\.namespace)
        try await NetworkNamespace.endProcesses(in: namespaces)
        for namespace in namespaces { try await delete(namespace) }
        try LabFolder.remove(folder(of: id))
    }

    static func folder(of id: String) -> String { LabFolder.path(of: id) }

    private static func delete(_ namespace: NetworkNamespace) async throws(LabError) {
        let process = try RunningProcess(["ip", "netns", "delete", namespace.name], limit: .seconds(10))
        let result = await process.waitThroughCancellation()
        // Somebody else may have been quicker.
        if !result.succeeded, namespace.exists { try result.checked() }
    }

    private static func allNamespaces() -> [(id: String, host: String, namespace: NetworkNamespace)] {
        DirectoryListing.names(in: NetworkNamespace.folder).compactMap { name in
            Naming.parts(of: name).map { ($0.id, $0.host, NetworkNamespace(name: name)) }
        }
    }
}
