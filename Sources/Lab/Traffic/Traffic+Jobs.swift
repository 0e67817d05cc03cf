extension Traffic {
    /// The programs to run in the client of a lab.
    func jobs(in lab: Lab) -> [TrafficJob] {
        families.sorted { $0.rawValue < $1.rawValue }.flatMap { family in
            [curl(lab, family), wrk(lab, family), dig(family)].compactMap(\.self)
        }
    }

    private func curl(_ lab: Lab, _ family: Lab.AddressFamily) -> TrafficJob? {
        guard requests > 0, !files.isEmpty else { return nil }
        // Each request is an operation of its own (next) for the sake of its own expectation; the connection stays.
        let operations = (0..<requests).map { number in
            let file = files[number % files.count]
            return """
                silent
                show-error
                globoff
                output = "/dev/null"
                write-out = "%{http_code} %{size_download} \(file.size)\\n"
                url = "\(lab.webURL(file, family, port: port))"

                """
        }
        return TrafficJob(
            kind: .http, family: family, asked: requests, command: ["curl", "--config"],
            script: operations.joined(separator: "next\n"))
    }

    private func wrk(_ lab: Lab, _ family: Lab.AddressFamily) -> TrafficJob? {
        guard let load, let file = files.first else { return nil }
        // wrk counts in whole seconds.
        let seconds = max(1, Int((load / .seconds(1)).rounded(.up)))
        let command = [
            "wrk", lab.webURL(file, family, port: port), "--threads", "1", "--connections", "\(max(1, connections))",
            "--duration", "\(seconds)s", "--script",
        ]
        return TrafficJob(kind: .load, family: family, asked: nil, command: command, script: TrafficJob.loadScript)
    }

    private func dig(_ family: Lab.AddressFamily) -> TrafficJob? {
        guard questions > 0 else { return nil }
        let names = Lab.Host.allCases.map(\.domainName) + [DnsmasqConfiguration.webName]
        let options = "@\(Lab.Host.server.address(family)) +time=2 +tries=1 +noall +comments"
        let lines = (0..<questions).map { number in
            "\(options) \(names[number / 2 % names.count]) \(number % 2 == 0 ? "A" : "AAAA")\n"
        }
        return TrafficJob(
            kind: .dns, family: family, asked: questions, command: ["dig", "-f"], script: lines.joined())
    }
}
