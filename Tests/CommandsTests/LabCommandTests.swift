import CommandTestSupport
import Foundation
import Lab
import TestSupport
import Testing

@testable import Commands

@Suite(.serialized) struct LabCommandTests {
    @Test func `the demonstration ends well, and its capture has what was received`() async throws {
        let folder = try TemporaryDirectory()
        let result = try await PeriscopeProcess.run(
            ["lab", "run", "--for", "2s", "--json", "--write", folder.path("demo.pcapng")])
        #expect(result.status == .exited(0), "\(result.errorText)")
        let events = try JSON.lines(result.text)
        #expect(events.contains { $0["event"].string == "counters" })
        let ended = try #require(events.last)
        #expect(ended["event"].string == "ended")
        #expect(ended["complaint"].isNothing)
        #expect(ended["lost"].number == 0)
        let matched = try #require(ended["matched"]["packets"].number)
        #expect(matched > 100)
        #expect(ended["received"]["packets"].number == matched)
        for rule in ended["rules"].array {
            #expect(rule["matched"]["packets"].number ?? 0 > 0, "\(rule["rule"].string ?? "")")
        }
        let numbers = try Tool("tshark").run(
            "-n", "-r", folder.path("demo.pcapng"), "-T", "fields", "-e", "frame.number")
        #expect(numbers.split(separator: "\n").count == matched)
    }

    /// The identifier of a demonstration's lab, once packets are mirrored.
    private func lab(of process: RunningProcess) async throws -> String {
        guard await process.waitForOutput(containing: "mirroring the edge", within: .seconds(60)) else {
            throw Unexpected("no lab: \(await process.terminate().errorText)")
        }
        let line = String(decoding: process.outputSoFar, as: UTF8.self).split(separator: "\n")
            .first { $0.contains("mirroring the edge") }
        let words = try #require(JSON(line ?? "")["message"].string).split(separator: " ")
        return String(words[1])
    }

    @Test func `a demonstration in which copies get lost ends with status 1 and says how many`() async throws {
        let process = try PeriscopeProcess.start(
            ["lab", "run", "--for", "5s", "--json", "--write", "/dev/null"])
        let collector = "ps-\(try await lab(of: process))-collector"
        // The collector does not hear what comes while its interface is down.
        try Tool("ip").run("-n", collector, "link", "set", "eth0", "down")
        try await Task.sleep(for: .seconds(1))
        try Tool("ip").run("-n", collector, "link", "set", "eth0", "up")
        let result = await process.wait()
        #expect(result.status == .exited(ExitStatus.failed.rawValue))
        let ended = try #require(try JSON.lines(result.text).last)
        #expect(ended["event"].string == "ended")
        let complaint = try #require(ended["complaint"].string)
        #expect(result.errorText == "periscope: \(complaint)\n")
        let (matched, failed) = (ended["matched"]["packets"].number ?? 0, ended["failed"].number ?? 0)
        let (sent, received) = (ended["sent"]["packets"].number ?? 0, ended["received"]["packets"].number ?? 0)
        #expect(matched == failed + sent)
        #expect(sent == received + (ended["lost"].number ?? 0))
        #expect(received < matched)
    }

    @Test(arguments: [SIGTERM, SIGHUP])
    func `an interrupted demonstration leaves nothing and ends by the signal`(signal: Int32) async throws {
        let folder = try TemporaryDirectory()
        let process = try PeriscopeProcess.start(["lab", "run", "--json", "--write", folder.path("demo.pcapng")])
        let id = try await lab(of: process)
        #expect(Lab.list().contains { $0.id == id })
        process.signal(signal)
        #expect(await process.wait().status == .signalled(signal))
        #expect(!Lab.list().contains { $0.id == id })
    }

    @Test func `a demonstration that cannot write says so and leaves nothing`() async throws {
        let before = Set(Lab.list().map(\.id))
        let result = try await PeriscopeProcess.run(["lab", "run", "--write", "/nonexistent/demo.pcapng"])
        #expect(result.status == .exited(ExitStatus.cannotCreate.rawValue))
        #expect(result.errorText.contains("/nonexistent/demo.pcapng"))
        let id = result.text.split(separator: " ").first { $0.count == 8 && !before.contains(String($0)) }
        #expect(id.map { id in Lab.list().contains { $0.id == id } } != true)
    }

    @Test func `a lab stays until it is taken down`() async throws {
        let id = "commands\(getpid())"
        let up = try await PeriscopeProcess.run(["lab", "up", "--id", id, "--json"])
        #expect(up.status == .exited(0), "\(up.errorText)")
        let report = try JSON(up.text)
        #expect(report["id"].string == id)
        #expect(report["hosts"].array.map { $0["name"].string } == ["client", "edge", "server", "collector"])
        let again = try await PeriscopeProcess.run(["lab", "up", "--id", id])
        #expect(again.status == .exited(ExitStatus.failed.rawValue))
        // Its services answer although the process that started them is gone.
        let client = try #require(report["hosts"][0]["namespace"].string)
        let page = try await RunningProcess(
            ["ip", "netns", "exec", client, "curl", "-sf", "http://10.77.1.1/small"], limit: .seconds(20)
        ).wait()
        #expect(page.output == WebFile.small.content)
        let list = try await PeriscopeProcess.run(["lab", "list", "--json"])
        #expect(try JSON(list.text)["labs"].array.contains { $0["id"].string == id })
        let down = try await PeriscopeProcess.run(["lab", "down", id])
        #expect(down.text == "the lab \(id) is removed\n")
        #expect(!Lab.list().contains { $0.id == id })
    }
}
