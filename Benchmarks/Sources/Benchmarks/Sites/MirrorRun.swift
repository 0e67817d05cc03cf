import Foundation
import Lab
import Measuring

/// A `periscope mirror` that runs for as long as its network is up.
enum MirrorRun {
    /// Starts one and waits until packets are being matched.
    static func start(
        _ conditions: Conditions, in network: Network, _ host: String, _ arguments: [String]
    ) async throws -> RunningProcess {
        // Its rules may be many, and other mirrors may start at the same time.
        let patience = Duration.seconds(60)
        let process = try network.start(
            in: host, [conditions.periscope, "mirror", "--json"] + arguments, keepingMounts: true)
        guard await process.waitForOutput(containing: #""event":"attached""#, within: patience) else {
            try Task.checkCancellation()
            let said = String(decoding: process.errorOutputSoFar.suffix(2000), as: UTF8.self)
            throw Unexpected("periscope mirror \(arguments.joined(separator: " ")) does not attach: \(said)")
        }
        return process
    }
}
