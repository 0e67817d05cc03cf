import Foundation
import Glibc
import Lab

/// A `periscope preview --json` that runs in a host.
struct PreviewProcess: Sendable {
    let process: RunningProcess

    /// Starts one and waits until packets are really being counted.
    static func start(_ site: Site, in host: String = Site.mirror, _ arguments: [String]) async throws -> PreviewProcess
    {
        let command = [MirrorProcess.executable, "preview", "--json"] + arguments
        let preview = PreviewProcess(
            process: try site.network.start(in: host, command, keepingMounts: true, limit: .seconds(300)))
        _ = try await Condition.holds {
            let ended = !preview.process.isRunning
            return try preview.events().contains { $0.event == "attached" } || ended
        }
        guard try preview.events().contains(where: { $0.event == "attached" }) else {
            throw Unexpected("the preview did not begin: \(preview.report)")
        }
        return preview
    }

    /// Runs one, does something meanwhile, and interrupts it. Returns its answers.
    static func during(
        _ site: Site, in host: String = Site.mirror, _ arguments: [String],
        _ work: (PreviewProcess) async throws -> Void
    ) async throws -> PreviewEvent.Answers {
        let preview = try await start(site, in: host, arguments + ["--for", "5m"])
        do {
            try await work(preview)
        } catch {
            await preview.process.terminate()
            throw error
        }
        let end = try await preview.stop()
        guard let answers = end.answers, end.reason == "interrupted" else {
            throw Unexpected("no answers: \(preview.report)")
        }
        return answers
    }

    /// What it has printed so far.
    func events() throws -> [PreviewEvent] {
        let output = process.outputSoFar
        guard let end = output.lastIndex(of: 10) else { return [] }
        return try output[..<end].split(separator: 10).map {
            try JSONDecoder().decode(PreviewEvent.self, from: Data($0))
        }
    }

    /// Interrupts it as Ctrl-C does and returns its last event.
    func stop() async throws -> PreviewEvent {
        let result = await process.interrupt(within: Condition.patience)
        guard result.succeeded, let last = try events().last, last.event == "ended" else {
            throw Unexpected("the preview did not end as it should, \(result.status): \(report)")
        }
        return last
    }

    /// What it wrote, for a reader.
    var report: String {
        String(decoding: process.outputSoFar.suffix(3000), as: UTF8.self)
            + String(decoding: process.errorOutputSoFar.suffix(3000), as: UTF8.self)
    }
}
