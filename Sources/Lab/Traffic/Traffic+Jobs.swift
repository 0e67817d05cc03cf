extension Traffic {
    /// The programs to run in the client of a lab; the script is the file with ``TrafficJob/loadScript``.
    func jobs(in lab: Lab, script: String) -> [TrafficJob] {
        families.sorted { $0.rawValue < $1.rawValue }.flatMap { family in
            [curl(lab, family), wrk(lab, family, script: script), dig(family)].compactMap(\.self)
        }
    }

    private func curl(_ lab: Lab, _ family: AddressFamily) -> TrafficJob? {
        guard requests > 0, !files.isEmpty else { return nil }
        var command = ["curl", "--silent", "--show-error", "--globoff", "--max-time", "\(wholeSeconds(limit))"]
        for number in 0..<requests {
            let file = files[number % files.count]
            // Each request is an operation of its own (--next) for the sake of its own expectation.
            if number > 0 { command += ["--next", "--silent", "--show-error", "--globoff"] }
            command += [
                "--output", "/dev/null", "--write-out", "%{http_code} %{size_download} \(file.size)\\n",
                lab.webURL(file, family, port: port),
            ]
        }
        return TrafficJob(kind: .http, family: family, asked: requests, command: command)
    }

    private func wrk(_ lab: Lab, _ family: AddressFamily, script: String) -> TrafficJob? {
        guard let load, let file = files.first else { return nil }
        let command = [
            "wrk", "--threads", "1", "--connections", "\(max(1, connections))", "--duration", "\(wholeSeconds(load))s",
            "--script", script, lab.webURL(file, family, port: port),
        ]
        return TrafficJob(kind: .load, family: family, asked: nil, command: command)
    }

    private func dig(_ family: AddressFamily) -> TrafficJob? {
        guard questions > 0 else { return nil }
        let names = Host.allCases.map(\.domainName) + [DnsmasqConfiguration.webName]
        var command = ["dig", "@\(Host.server.address(family))", "+time=2", "+tries=1", "+noall", "+comments"]
        for number in 0..<questions {
            command += ["-q", names[number / 2 % names.count], "-t", number % 2 == 0 ? "A" : "AAAA"]
        }
        return TrafficJob(kind: .dns, family: family, asked: questions, command: command)
    }

    /// wrk and curl count in seconds.
    private func wholeSeconds(_ duration: Duration) -> Int {
        max(1, Int((duration / .seconds(1)).rounded(.up)))
    }
}
