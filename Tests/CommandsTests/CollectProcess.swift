import CommandTestSupport
import Lab
import Packets
import TestSupport

/// A `periscope collect --json` with free ports on this host's loopback interface.
struct CollectProcess {
    let process: RunningProcess
    /// By tunnel, in the order of the command line.
    let ports: [UInt16]
    /// Whether events come on standard error.
    private let eventsOnError: Bool

    /// Starts one and waits until datagrams are kept.
    init(_ arguments: [String]) async throws {
        process = try PeriscopeProcess.start(["collect"] + arguments + ["--json"])
        eventsOnError = arguments.contains("-")
        guard await process.waitForOutput(containing: "\"listening\"") else {
            throw Unexpected("does not listen: \(await process.wait().errorText)")
        }
        let output = eventsOnError ? process.errorOutputSoFar : process.outputSoFar
        let line = String(decoding: output, as: UTF8.self).split(separator: "\n").first ?? ""
        ports = try JSON(line)["listeners"].array.map { UInt16($0["port"].number ?? 0) }
    }

    func sender(_ index: Int = 0) throws -> DatagramSender {
        try DatagramSender(from: "127.0.0.1", to: "127.0.0.1", port: ports[index])
    }

    /// Its result, and its last event.
    func end() async throws -> (result: ProcessResult, ended: JSON) {
        let result = await process.wait()
        let events = try JSON.lines(eventsOnError ? result.errorText : result.text)
        guard let last = events.last, last["event"].string == "ended" else {
            throw Unexpected("\(result.status): \(result.text)\(result.errorText)")
        }
        return (result, last)
    }
}
