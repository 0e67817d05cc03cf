import Foundation
import Lab
import Testing

/// A `periscope mirror --json` that runs in a host.
struct MirrorProcess: Sendable {
    let process: RunningProcess

    /// The executable, which is built beside the tests.
    static let executable: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (tests as NSString).deletingLastPathComponent + "/periscope"
    }()

    /// Starts one; packets may not be matched yet.
    static func launch(
        _ site: Site, in host: String = Site.mirror, _ arguments: [String], through wrapper: [String] = []
    ) throws -> MirrorProcess {
        let command = wrapper + [executable, "mirror", "--json"] + arguments
        return MirrorProcess(
            process: try site.network.start(in: host, command, keepingMounts: true, limit: .seconds(300)))
    }

    /// Starts one and waits until packets are really being matched.
    static func start(
        _ site: Site, in host: String = Site.mirror, _ arguments: [String], through wrapper: [String] = []
    ) async throws -> MirrorProcess {
        let mirror = try launch(site, in: host, arguments, through: wrapper)
        _ = try await mirror.event("attached")
        return mirror
    }

    /// Runs one, does something meanwhile, and interrupts it. Returns its last event: the totals.
    static func during(
        _ site: Site, in host: String = Site.mirror, _ arguments: [String],
        _ work: (MirrorProcess) async throws -> Void
    ) async throws -> MirrorEvent {
        let mirror = try await start(site, in: host, arguments)
        do {
            try await work(mirror)
        } catch {
            await mirror.process.terminate()
            throw error
        }
        return try await mirror.stop()
    }

    /// What it has printed so far.
    func events() throws -> [MirrorEvent] {
        let output = process.outputSoFar
        // A last line may be on its way.
        guard let end = output.lastIndex(of: 10) else { return [] }
        return try output[..<end].split(separator: 10).map {
            try JSONDecoder().decode(MirrorEvent.self, from: Data($0))
        }
    }

    /// Waits for an event: the first of its name, or the one of that number, from 1.
    @discardableResult
    func event(_ name: String, number: Int = 1) async throws -> MirrorEvent {
        var found: MirrorEvent?
        _ = try await Condition.holds {
            let ended = !process.isRunning
            let all = try events().filter { $0.event == name }
            if all.count >= number { found = all[number - 1] }
            return found != nil || ended
        }
        guard let found else { throw Unexpected("no event '\(name)' (\(number)) came: \(report)") }
        return found
    }

    /// Interrupts it as Ctrl-C does and returns its last event.
    func stop() async throws -> MirrorEvent {
        let result = await process.interrupt(within: Condition.patience)
        guard result.succeeded, let last = try events().last, last.event == "detached" else {
            throw Unexpected("the mirror did not end as it should, \(result.status): \(report)")
        }
        return last
    }

    /// Waits until it ends by itself, with success, and returns its last event.
    func ended() async throws -> MirrorEvent {
        let result = await process.wait()
        guard result.succeeded, let last = try events().last, last.event == "detached" else {
            throw Unexpected("the mirror did not end as it should, \(result.status): \(report)")
        }
        return last
    }

    /// What it wrote, for a reader.
    var report: String {
        String(decoding: process.outputSoFar.suffix(3000), as: UTF8.self)
            + String(decoding: process.errorOutputSoFar.suffix(3000), as: UTF8.self)
    }
}
