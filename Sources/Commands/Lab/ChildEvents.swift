import FoundationEssentials
internal import Lab
internal import Mirroring

/// The lines of JSON that a child writes, `periscope mirror` or `periscope collect`.
struct ChildEvents {
    /// What of their events the demonstration needs (docs/json.md).
    struct Event: Decodable {
        var event: String
        /// Of a mirror's counters.
        var rules: [RuleCounters]?
        /// Of a collector's.
        var received: UInt64?
        var bytes: UInt64?
        var lost: UInt64?
        var malformed: UInt64?
    }

    let process: RunningProcess

    /// The last event of one of these names, nil while there is none.
    func latest(_ names: String...) -> Event? {
        let lines = process.outputSoFar.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // The last line may not be whole yet, and is empty when it is.
        for line in lines.dropLast().reversed() {
            if let event = try? JSONDecoder().decode(Event.self, from: Data(line)), names.contains(event.event) {
                return event
            }
        }
        return nil
    }

    /// Waits until the child has told of this.
    /// - Throws: ``Failure`` with what it said when it ended instead.
    func wait(for name: String, within limit: Duration = .seconds(20)) async throws {
        guard await process.waitForOutput(containing: "\"event\":\"\(name)\"", within: limit) else {
            try Task.checkCancellation()
            guard !process.isRunning else {
                throw Failure(.kernel, "\(process.command.joined(separator: " ")) does not begin")
            }
            throw Self.failure(of: await process.wait())
        }
    }

    /// Interrupts the child, and takes the event with which it ends.
    func end(with name: String) async throws -> Event {
        let result = await process.interrupt(within: .seconds(10))
        guard result.succeeded, let event = latest(name) else { throw Self.failure(of: result) }
        return event
    }

    private static func failure(of result: ProcessResult) -> Failure {
        var status = ExitStatus.kernel
        if case .exited(let number) = result.status { status = ExitStatus(rawValue: number) ?? .kernel }
        var said = result.errorText
        while said.last?.isNewline == true { said.removeLast() }
        if said.hasPrefix("periscope: ") { said.removeFirst("periscope: ".count) }
        return Failure(
            status == .success ? .kernel : status,
            "`\(result.command.joined(separator: " "))` \(result.status): \(said)")
    }
}
