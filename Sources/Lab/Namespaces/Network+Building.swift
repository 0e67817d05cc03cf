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
    }

    /// Has ip(8) do a list of things, in a namespace or in none.
    private func ip(_ namespace: NetworkNamespace?, _ lines: [String]) async throws(LabError) {
        guard !lines.isEmpty else { return }
        let batch = "\(folder)/ip-batch"
        try LabFolder.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: batch)
        let target = namespace.map { ["-n", $0.name] } ?? []
        let command = ["ip"] + target + ["-batch", batch]
        let result = try await RunningProcess(command, limit: .seconds(20)).wait()
        guard result.succeeded else {
            throw Network.explain(result, lines: lines, namespace: namespace)
        }
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
            message: "ip could not do its part \(place): \(result.errorText) (asked for: \(lines))")
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
