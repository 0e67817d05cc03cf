extension Lab {
    /// Starts what the configuration asks for and waits until each service answers in both families.
    func startServices() async throws(LabError) {
        var probes: [Probe] = []
        if configuration.parts.contains(.web) { probes += try startWeb() }
        if configuration.parts.contains(.dns) { probes += try startDNS() }
        for probe in probes { try await probe.waitForAnswer(in: self) }
    }

    private func startWeb() throws(LabError) -> [Probe] {
        let proxy = try makeFolder("proxy")
        let web = try makeFolder("web")
        let files = try makeFolder("files")
        for file in WebFile.allCases { try LabFolder.write(file.content, to: files + file.path) }

        let behind = NginxConfiguration(folder: web, user: configuration.user, group: configuration.group)
        let backend = try startNginx(in: .server, folder: web, behind.web(root: files))
        let front = NginxConfiguration(folder: proxy, user: configuration.user, group: configuration.group)
        let edge = try startNginx(in: .edge, folder: proxy, front.proxy)

        let ways: [(port: Int, family: AddressFamily)] = NginxConfiguration.proxyPorts.flatMap { port in
            AddressFamily.allCases.map { (port, $0) }
        }
        return ways.map { port, family in
            let url = webURL(.small, family, port: port)
            return Probe(
                service: "the web proxy (\(url))", processes: [backend, edge], host: .client,
                command: ["curl", "--silent", "--show-error", "--fail", "--globoff", "--max-time", "2", url],
                expected: WebFile.small.content)
        }
    }

    private func startNginx(in host: Host, folder: String, _ text: String) throws(LabError) -> RunningProcess {
        let file = "\(folder)/nginx.conf"
        try LabFolder.write(Array(text.utf8), to: file)
        // -e: or nginx tries the system's log before it has read where to log to.
        return try start(in: host, ["nginx", "-e", "\(folder)/error.log", "-p", folder, "-c", file])
    }

    private func startDNS() throws(LabError) -> [Probe] {
        let folder = try makeFolder("dns")
        let file = "\(folder)/dnsmasq.conf"
        let dns = DnsmasqConfiguration(folder: folder, user: configuration.user, group: configuration.group)
        try LabFolder.write(Array(dns.text.utf8), to: file)
        let process = try start(in: .server, ["dnsmasq", "--conf-file=\(file)"])
        return AddressFamily.allCases.map { family in
            Probe(
                service: "the DNS server (\(Host.server.address(family)))", processes: [process], host: .client,
                command: [
                    "dig", "@\(Host.server.address(family))", "+short", "+time=1", "+tries=1", Host.edge.domainName,
                ],
                expected: Array("\(Host.edge.address(.ipv4))\n".utf8))
        }
    }

    /// Where a file of the web server is to be had through the proxy.
    public func webURL(_ file: WebFile, _ family: AddressFamily, port: Int = 80) -> String {
        let address = NginxConfiguration.literal(Host.edge.address(family), family)
        return "http://\(address)\(port == 80 ? "" : ":\(port)")\(file.path)"
    }

    private func makeFolder(_ name: String) throws(LabError) -> String {
        let folder = "\(network.folder)/\(name)"
        try LabFolder.make(folder)
        return folder
    }
}
