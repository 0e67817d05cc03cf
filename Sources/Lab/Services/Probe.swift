/// A question to a service whose answer is known.
struct Probe: Sendable {
    /// The service, for a reader.
    var service: String
    /// The processes that make it up.
    var processes: [RunningProcess]
    /// Where the question is asked.
    var host: Lab.Host
    /// What asks it.
    var command: [String]
    /// What the command writes when the service answers.
    var expected: [UInt8]

    /// Asks until the answer is right.
    ///
    /// - Throws: ``LabError/Code/notReady`` with what the service or the question said, if a process of the service
    ///   has ended or there is no right answer in thirty seconds.
    func waitForAnswer(in lab: Lab) async throws(LabError) {
        let end = ContinuousClock.now + .seconds(30)
        while true {
            let ended = processes.first { !$0.isRunning }
            let result = try await lab.run(in: host, command, limit: .seconds(5))
            if result.succeeded, result.output == expected { return }
            if let ended {
                let said = String(decoding: ended.errorOutputSoFar, as: UTF8.self)
                throw LabError(
                    code: .notReady, message: "\(service) ended: `\(ended.command.joined(separator: " "))`: \(said)")
            }
            guard !Task.isCancelled else {
                throw LabError(code: .cancelled, message: "cancelled while waiting for \(service)")
            }
            guard ContinuousClock.now < end else {
                throw LabError(
                    code: .notReady,
                    message: "\(service) does not answer; the last question \(result.status): "
                        + "\(result.text)\(result.errorText)")
            }
            await DedicatedThread.pause(.milliseconds(20))
        }
    }
}
