extension Topology {
    /// What is to be done in one host.
    struct Steps: Hashable, Sendable {
        /// Lines for `ip -batch` that make the links whose near end is here.
        var links: [String] = []
        /// Lines that address and raise the interfaces; the links must have been made in all hosts.
        var addresses: [String] = []
        /// Lines that add the routes; the interfaces must be up in all hosts.
        var routes: [String] = []
        /// The interfaces here.
        var interfaces: [String] = []
        /// Kernel settings, to be made before the links, which take over the `default` ones.
        var settings: [Setting] = []
    }

    /// A kernel setting.
    struct Setting: Hashable, Sendable {
        /// The file below `/proc/sys/net`.
        var file: String
        var value: String
    }

    /// What is to be done in a host of this topology, given how a host's namespace is called.
    func steps(for host: String, namespace: (String) -> String) -> Steps {
        var steps = Steps(settings: settings(of: host))
        steps.addresses.append("link set lo up")
        for link in links {
            if link.near.host == host {
                steps.links.append(
                    "link add \(link.near.interface) mtu \(link.mtu) type veth "
                        + "peer name \(link.far.interface) mtu \(link.mtu) netns \(namespace(link.far.host))")
            }
            for end in [link.near, link.far] where end.host == host {
                steps.interfaces.append(end.interface)
                if !link.segmentationOffload {
                    steps.addresses.append("link set \(end.interface) gso_max_segs 1")
                }
                steps.addresses += end.addresses.map { address in
                    "address add \(address) dev \(end.interface)" + (address.contains(":") ? " nodad" : "")
                }
                steps.addresses.append("link set \(end.interface) up")
            }
        }
        steps.routes = routes.filter { $0.host == host }.map { "route add \($0.destination) via \($0.gateway)" }
        return steps
    }

    /// A namespace may take over settings of the machine (net.core.devconf_inherit_init_net), so what matters is set.
    private func settings(of host: String) -> [Setting] {
        let forward = forwarding.contains(host) ? "1" : "0"
        var settings = [
            Setting(file: "ipv4/ip_forward", value: forward),
            Setting(file: "ipv6/conf/all/disable_ipv6", value: "0"),
            Setting(file: "ipv6/conf/all/forwarding", value: forward),
        ]
        for scope in ["all", "default"] {
            settings += [
                // Copies and forged senders are what the lab is for.
                Setting(file: "ipv4/conf/\(scope)/rp_filter", value: "0"),
                // Addresses are usable at once, and nobody asks for routers that are not there.
                Setting(file: "ipv6/conf/\(scope)/accept_dad", value: "0"),
                Setting(file: "ipv6/conf/\(scope)/accept_ra", value: "0"),
                Setting(file: "ipv6/conf/\(scope)/router_solicitations", value: "0"),
            ]
        }
        settings.append(Setting(file: "ipv6/conf/default/disable_ipv6", value: "0"))
        return settings
    }

    /// Checks what the kernel and the naming scheme would refuse in a less helpful way.
    ///
    /// - Throws: ``LabError/Code/invalidName``.
    func validate() throws(LabError) {
        for host in hosts where !Naming.isPart(host) {
            throw LabError(code: .invalidName, message: "the host name \"\(host)\": not 1 to 32 letters and digits")
        }
        if let twice = hosts.first(where: { host in hosts.count { $0 == host } > 1 }) {
            throw LabError(code: .invalidName, message: "the host name \"\(twice)\" is there more than once")
        }
        for end in links.flatMap({ [$0.near, $0.far] }) {
            guard hosts.contains(end.host) else {
                throw LabError(code: .invalidName, message: "a link ends in \"\(end.host)\", which is not a host")
            }
            guard Naming.isInterface(end.interface) else {
                throw LabError(
                    code: .invalidName,
                    message: "\(end.host) cannot have an interface \"\(end.interface)\": "
                        + "a name is 1 to 15 letters, digits, or any of . _ - @")
            }
        }
        let names = routes.map(\.host) + forwarding
        if let unknown = names.first(where: { !hosts.contains($0) }) {
            throw LabError(code: .invalidName, message: "\"\(unknown)\", to route or to forward, is not a host")
        }
    }
}
