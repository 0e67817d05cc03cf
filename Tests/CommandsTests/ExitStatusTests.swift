import CommandTestSupport
import Lab
import TestSupport
import Testing

@testable import Commands

@Suite struct ExitStatusTests {
    /// A command line, the status it ends with, and what it says.
    @Test(
        arguments: [
            ([], 0, "OVERVIEW"), (["--version"], 0, "0.1.0"), (["help", "collect"], 0, "EXAMPLES"),
            (["collect"], 64, "Missing expected argument"), (["collect", "gre"], 64, "vxlan, geneve and gue"),
            (["mirror", "lo", "nonsense and", "--to", "vxlan://192.0.2.1"], 64, "syntax error"),
            (["mirror", "lo", "--to", "vxlan://nowhere"], 64, "nowhere"),
            (["mirror", "lo", "--rules", "/nonexistent", "--to", "device:x"], 66, "/nonexistent"),
            (["mirror", "nothere0", "--to", "device:x"], 69, "nothere0"),
            (["rules", "check", "/nonexistent"], 66, "/nonexistent"), (["rules", "check", "/"], 66, "directory"),
            (["detach", "nothere0"], 69, "nothere0"), (["lab", "down", "nothere0"], 69, "nothere0"),
            (["lab", "up", "--id", "no/slash"], 64, "no/slash"),
            (["collect", "vxlan:0", "--write", "/nonexistent/x"], 73, "/nonexistent/x"),
            (["collect", "vxlan:0", "--deliver", "no-name-of-an-interface"], 69, "no-name-of-an-interface"),
        ] as [([String], Int32, String)])
    func `a command ends with the status that the manual lists`(
        arguments: [String], status: Int32, text: String
    ) async throws {
        let result = try await PeriscopeProcess.run(arguments)
        #expect(result.status == .exited(status), "\(result.errorText)")
        #expect((result.text + result.errorText).contains(text))
        #expect(status == 0 || result.errorText.hasPrefix("periscope: "))
        #expect(!result.errorText.hasPrefix("periscope: Error"))
    }

    @Test func `without capabilities a mirror says in one line which are missing`() async throws {
        let result = try await PeriscopeProcess.run(
            ["mirror", "lo", "--to", "vxlan://192.0.2.1"], through: PeriscopeProcess.powerless)
        #expect(result.status == .exited(ExitStatus.notPermitted.rawValue))
        let lines = result.errorText.split(separator: "\n")
        #expect(lines.count == 1)
        for name in ["CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON"] { #expect(lines.first?.contains(name) == true) }
    }

    @Test func `a full disk ends a command with the status for output`() async throws {
        let result = try await RunningProcess(
            ["sh", "-c", "exec \"$0\" status --json > /dev/full", PeriscopeProcess.executable], limit: .seconds(60)
        ).wait()
        #expect(result.status == .exited(ExitStatus.output.rawValue))
    }
}
