import Glibc

extension Network {
    /// Makes everything, host by host in three rounds: links need all namespaces, routes need all interfaces.
    func build() async throws(LabError) {
        let steps = topology.hosts.map { host in
            (namespace: namespace(host), steps: topology.steps(for: host) { self.namespace($0).name })
        }
        try await ip(nil, steps.map { "netns add \($0.namespace.name)" })
        for (namespace, steps) in steps { try await apply(steps.settings, in: namespace) }
        for (namespace, steps) in steps { try await ip(namespace, steps.links) }
        for (namespace, steps) in steps { try await ip(namespace, steps.addresses) }
        for (namespace, steps) in steps { try await ip(namespace, steps.routes) }
        for (namespace, steps) in steps { try await waitForCarrier(in: namespace, steps.interfaces) }
    }

    /// Waits until interfaces know that their other end is up.
    ///
    /// The kernel may take a second to notice (net/core/link_watch.c), and IPv6 is deaf until then. Being asked for
    /// one interface makes a recent kernel look at once; an older one is asked again.
    private func waitForCarrier(in namespace: NetworkNamespace, _ interfaces: [String]) async throws(LabError) {
        let end = ContinuousClock.now + .seconds(5)
        while true {
            let states = try await ip(namespace, interfaces.map { "link show dev \($0)" })
            if states.split(separator: "\n").count(where: { $0.contains(" state UP ") }) == interfaces.count { return }
            guard ContinuousClock.now < end else {
                throw LabError(code: .system, message: "the links in \(namespace.name) do not come up: \(states)")
            }
            await DedicatedThread.pause(.milliseconds(20))
        }
    }

    /// Has ip(8) do a list of things, in a namespace or in none. Returns what it wrote.
    @discardableResult
    private func ip(_ namespace: NetworkNamespace?, _ lines: [String]) async throws(LabError) -> String {
        guard !lines.isEmpty else { return "" }
        let batch = "\(folder)/ip-batch"
        try LabFolder.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: batch)
        let target = namespace.map { ["-n", $0.name] } ?? []
        let command = ["ip"] + target + ["-batch", batch]
        let result = try await RunningProcess(command, limit: .seconds(20)).wait()
        guard result.succeeded else {
            guard !Task.isCancelled else {
                throw LabError(code: .cancelled, message: "cancelled while the network \(id) was being made")
            }
            throw Network.explain(result, lines: lines, namespace: namespace)
        }
        return result.text
    }

    private static func explain(_ result: ProcessResult, lines: [String], namespace: NetworkNamespace?) -> LabError {
        let place = namespace.map { "in \($0.name)" } ?? "for the namespaces"
        if result.errorText.contains("not permitted") || result.errorText.contains("Permission denied") {
            return LabError(
                code: .notPermitted,
                message: "cannot make the network \(place): \(result.errorText); "
                    + "a lab needs CAP_SYS_ADMIN and CAP_NET_ADMIN: run as root")
        }
        return LabError(
            code: .programFailed,
            message: "ip \(place) \(result.status): \(result.errorText) (asked for: \(lines))")
    }

    private func apply(_ settings: [Topology.Setting], in namespace: NetworkNamespace) async throws(LabError) {
        do {
            try await namespace.perform {
                for setting in settings {
                    do {
                        try LabFolder.overwrite("/proc/sys/net/\(setting.file)", with: Array(setting.value.utf8))
                    } catch let error as LabError where error.cause == ENOENT {
                        throw LabError(
                            code: .system,
                            message: "\(error.message); a lab needs IPv4 and IPv6: "
                                + "boot the kernel without ipv6.disable=1", cause: error.cause)
                    }
                }
            }
        } catch let error as LabError {
            throw error
        } catch {
            throw LabError(code: .system, message: "cannot set up \(namespace.name): \(error)")
        }
    }
}
