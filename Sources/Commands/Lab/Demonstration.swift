import Glibc
internal import Lab
internal import Mirroring

/// A mirror and a collector at work in a lab, both as processes of their own, while a client asks for things.
struct Demonstration: Sendable {
    /// What came of it.
    struct Outcome: Sendable {
        var counters = DemonstrationCounters()
        /// What the client asked for and got, round by round.
        var traffic: [TrafficSummary.Line] = []
        /// Path of the capture.
        var capture: String
        var seconds = 0.0

        /// Why it did not come out well; nil when every matched packet was received and every question answered.
        var complaint: String? {
            if let complaint = counters.complaint { return complaint }
            let failed = total().failed
            guard failed > 0 else { return nil }
            let why = traffic.compactMap(\.complaint).first.map { ": \($0)" } ?? ""
            return "\(failed) questions of the client were not answered\(why)"
        }

        /// The sum over one kind of question, or all.
        func total(_ kind: TrafficSummary.Kind? = nil) -> TrafficSummary.Count {
            traffic.filter { kind == nil || $0.kind == kind }.map(\.count).reduce(TrafficSummary.Count(), +)
        }
    }

    /// Path of the capture, absolute.
    let capture: String
    /// How long the client asks.
    let time: Duration
    let screen: any DemonstrationScreen

    func run() async throws -> Outcome {
        let start = ContinuousClock.now
        try screen.says("making a lab: client - edge - server, and a collector")
        var outcome = try await Lab.withLab { lab in
            let (collector, mirror) = try await startChildren(in: lab)
            let traffic = try await sendTraffic(in: lab, collector, mirror)
            return try await finish(collector, mirror, traffic)
        }
        outcome.seconds = (ContinuousClock.now - start) / .seconds(1)
        return outcome
    }

    private func startChildren(in lab: Lab) async throws -> (collector: ChildEvents, mirror: ChildEvents) {
        let executable = try Self.executable()
        let rules = lab.network.folder + "/demonstration.yaml"
        try Self.write(DemonstrationRules.text, to: rules)
        let collector = ChildEvents(
            process: try lab.start(
                in: .collector, [executable, "collect", "vxlan", "--write", capture, "--json"], keepingMounts: true))
        try await collector.wait(for: "listening")
        let target = "vxlan://" + Lab.Host.collector.address(.ipv4)
        let mirror = ChildEvents(
            process: try lab.start(
                in: .edge, [executable, "mirror", "eth0", "--rules", rules, "--to", target, "--json"],
                keepingMounts: true))
        try await mirror.wait(for: "attached")
        try screen.says("lab \(lab.id) is up; mirroring the edge's eth0 to \(target)")
        return (collector, mirror)
    }

    /// Lets the client ask, round after round, and shows the counters meanwhile.
    private func sendTraffic(
        in lab: Lab, _ collector: ChildEvents, _ mirror: ChildEvents
    ) async throws -> [TrafficSummary.Line] {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: [TrafficSummary.Line]?.self) { group in
            group.addTask { try await rounds(in: lab, until: start + time) }
            group.addTask {
                while !Task.isCancelled {
                    let counters = Self.counters(mirror.latest("counters"), collector.latest("counters"))
                    try screen.shows(counters, seconds: (ContinuousClock.now - start) / .seconds(1))
                    try? await Task.sleep(for: .milliseconds(500))
                }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func rounds(in lab: Lab, until end: ContinuousClock.Instant) async throws -> [TrafficSummary.Line] {
        var lines: [TrafficSummary.Line] = []
        var round = 0
        repeat {
            // Pages of one packet and of many; the large one now and then, because all of it stays in a file.
            let files: [WebFile] = round % 10 == 0 ? [.small, .medium, .large] : [.small, .small, .medium]
            let traffic = Traffic(
                requests: 3, files: files, port: round % 2 == 0 ? 80 : 8080, questions: 6, limit: .seconds(20))
            lines += try await lab.traffic(traffic).lines
            try Task.checkCancellation()
            round += 1
            try await Task.sleep(for: .milliseconds(250))
        } while ContinuousClock.now < end
        return lines
    }

    /// Ends the mirror, then the collector, once it has what was sent or has waited long enough.
    private func finish(
        _ collector: ChildEvents, _ mirror: ChildEvents, _ traffic: [TrafficSummary.Line]
    ) async throws -> Outcome {
        // Connections are closed after their last answer.
        try await Task.sleep(for: .milliseconds(500))
        let detached = try await mirror.end(with: "detached")
        let sent = Self.counters(detached, nil).sent.packets
        let patience = ContinuousClock.now + .seconds(3)
        while (collector.latest("counters")?.received ?? 0) < sent, ContinuousClock.now < patience {
            try await Task.sleep(for: .milliseconds(100))
        }
        let ended = try await collector.end(with: "ended")
        var counters = Self.counters(detached, ended)
        counters.isFinal = true
        return Outcome(counters: counters, traffic: traffic, capture: capture)
    }

    private static func counters(_ mirror: ChildEvents.Event?, _ collector: ChildEvents.Event?) -> DemonstrationCounters
    {
        DemonstrationCounters(
            rules: mirror?.rules ?? [],
            received: Tally(packets: collector?.received ?? 0, bytes: collector?.bytes ?? 0),
            dropped: collector?.lost ?? 0, malformed: collector?.malformed ?? 0)
    }

    /// This program itself, for the children.
    private static func executable() throws -> String {
        guard let path = realpath("/proc/self/exe", nil) else {
            throw Failure(.kernel, "cannot find this program's own file: \(String(cString: strerror(errno)))")
        }
        defer { free(path) }
        return String(cString: path)
    }

    private static func write(_ text: String, to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw Failure(.cannotCreate, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        try Output.write(text, to: file)
    }
}
