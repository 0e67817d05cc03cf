extension Lab {
    /// Has the client ask for pages and names, and counts what came of it.
    ///
    /// Questions without an answer are counted, not thrown. Cancelling the task ends the programs.
    ///
    /// - Throws: ``LabError/Code/programMissing`` if a program is not installed.
    public func traffic(_ traffic: Traffic = Traffic()) async throws(LabError) -> TrafficSummary {
        let start = ContinuousClock.now
        var running: [(job: TrafficJob, process: RunningProcess)] = []
        for job in traffic.jobs(in: self) {
            do {
                let script = "\(network.folder)/traffic-\(Naming.randomIdentifier())"
                try LabFolder.write(Array(job.script.utf8), to: script)
                running.append((job, try self.start(in: .client, job.command + [script], limit: traffic.limit)))
            } catch {
                for (_, process) in running { await process.terminate() }
                throw error
            }
        }
        var lines: [TrafficSummary.Line] = []
        for (job, process) in running { lines.append(job.line(from: await process.wait())) }
        return TrafficSummary(lines: lines, seconds: (ContinuousClock.now - start) / .seconds(1))
    }
}
