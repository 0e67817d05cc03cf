import CommandTestSupport
import Foundation
import Lab
import Packets
import Pcapng
import TestSupport
import Testing

@testable import Commands

@Suite struct CollectTests {
    private func frame(_ number: UInt16) -> [UInt8] {
        FrameBuilder().ipv4(from: "10.1.0.1", to: "10.1.0.2").udp(from: number, to: 53, payload: [1, 2, 3]).frame
    }

    private func datagram(vni: UInt32, _ frame: [UInt8]) -> [UInt8] { VXLANHeader(vni: vni).encoded + frame }

    @Test func `packets are written as they were, counted, and the command ends at the number asked for`() async throws
    {
        let folder = try TemporaryDirectory()
        let collect = try await CollectProcess(
            ["vxlan:0", "gue:0", "--count", "5", "--write", folder.path("out.pcapng")])
        let (vxlan, gue) = (try collect.sender(0), try collect.sender(1))
        let frames = (1...4).map { frame(UInt16($0)) }
        for frame in frames { try vxlan.send(datagram(vni: 9, frame)) }
        let packet = Array(frames[0][14...])
        // GUE variant 0 without flags: 4 bytes, the second is the carried protocol, IP-in-IP.
        try gue.send([0, 4, 0, 0] + packet)
        let (result, ended) = try await collect.end()
        #expect(result.status == .exited(0))
        #expect(ended["reason"].string == "count")
        #expect(ended["received"].number == 5)
        #expect(ended["written"].number == 5)
        #expect(ended["bytes"].number == frames.reduce(packet.count) { $0 + $1.count })
        #expect(ended["lost"].number == 0)
        let senders = ended["senders"].array
        #expect(Set(senders.map { $0["tunnel"].string }) == ["vxlan", "gue"])
        #expect(Set(senders.map { $0["vni"].number }) == [9, nil])
        #expect(senders.allSatisfy { $0["address"].string == "127.0.0.1" })

        var reader = try CaptureReader(folder.read("out.pcapng"))
        let packets = try reader.rest().map(\.bytes)
        #expect(Set(packets) == Set(frames + [packet]))
        #expect(packets.count == 5)
    }

    @Test func `it receives with a thread for each processor that it may use`() async throws {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let list = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
        let first = try #require(list.split(whereSeparator: { !$0.isNumber }).first)
        let process = try PeriscopeProcess.start(
            ["collect", "vxlan:0", "--json"], through: ["taskset", "-c", String(first)])
        #expect(await process.waitForOutput(containing: "\"listening\""))
        let result = await process.interrupt()
        #expect(try JSON.lines(result.text).first?["threads"].number == 1)
    }

    @Test func `the capture alone goes to standard output`() async throws {
        let collect = try await CollectProcess(["vxlan:0", "--count", "1", "--write", "-"])
        let sent = frame(7)
        try collect.sender().send(datagram(vni: 1, sent))
        let (result, ended) = try await collect.end()
        #expect(result.status == .exited(0))
        #expect(ended["written"].number == 1)
        var reader = try CaptureReader(result.output)
        #expect(try reader.rest().map(\.bytes) == [sent])
    }

    @Test(arguments: [(["--json"], "reader-gone"), ([], "listening")])
    func `when nobody reads the capture any more it ends well`(options: [String], text: String) async throws {
        let script = "\"$0\" collect vxlan:0 --write - \"$@\" | true; exit ${PIPESTATUS[0]}"
        let result = try await RunningProcess(
            ["bash", "-c", script, PeriscopeProcess.executable] + options, limit: .seconds(60)
        ).wait()
        #expect(result.status == .exited(0))
        #expect(result.errorText.contains(text))
        #expect(result.text.isEmpty)
    }

    @Test func `when nobody reads the events any more it ends well`() async throws {
        let script = "\"$0\" collect vxlan:0 --json | head -n 1; exit ${PIPESTATUS[0]}"
        let result = try await RunningProcess(
            ["bash", "-c", script, PeriscopeProcess.executable], limit: .seconds(60)
        ).wait()
        #expect(result.status == .exited(0), "\(result.errorText)")
        #expect(result.text.contains("listening"))
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal ends it with what it has`(signal: Int32) async throws {
        let folder = try TemporaryDirectory()
        let collect = try await CollectProcess(["vxlan:0", "--write", folder.path("out.pcapng")])
        try collect.sender().send(datagram(vni: 1, frame(1)))
        collect.process.signal(signal)
        let (result, ended) = try await collect.end()
        #expect(result.status == .exited(0))
        #expect(ended["reason"].string == "interrupted")
        #expect(ended["received"].number == 1)
        var reader = try CaptureReader(folder.read("out.pcapng"))
        #expect(try reader.rest().count == 1)
    }

    @Test func `its time ends it, and counters come every second`() async throws {
        let collect = try await CollectProcess(["geneve:0", "--for", "2500ms"])
        let (result, ended) = try await collect.end()
        #expect(result.status == .exited(0))
        #expect(ended["reason"].string == "time")
        let events = try JSON.lines(result.text).map { $0["event"].string ?? "" }
        #expect(events.first == "listening")
        #expect(events.contains("counters"))
    }

    @Test func `what is malformed is counted by reason`() async throws {
        let collect = try await CollectProcess(["vxlan:0", "--count", "1"])
        let sender = try collect.sender()
        try sender.send([8, 0, 0])
        try sender.send([0, 0, 0, 0, 0, 0, 0, 0] + frame(1))
        try sender.send(datagram(vni: 3, [1, 2, 3]))
        try sender.send([])
        try sender.send(datagram(vni: 3, frame(2)))
        let ended = try await collect.end().ended
        #expect(ended["malformed"].number == 3)
        #expect(ended["probes"].number == 1)
        #expect(ended["received"].number == 1)
        let reasons = ended["senders"].array.map { $0["malformed"] }
        #expect(reasons.contains { $0["truncated-header"].number == 1 && $0["no-vni"].number == 1 })
    }

    @Test func `a port that is taken is named`() async throws {
        let first = try await CollectProcess(["vxlan:0"])
        let port = first.ports[0]
        let second = try await PeriscopeProcess.run(["collect", "vxlan:\(port)"])
        #expect(second.status == .exited(ExitStatus.notFound.rawValue))
        #expect(second.errorText.contains("\(port)"))
        await first.process.interrupt()
    }

    @Test func `for people there is a table at the end`() async throws {
        let process = try PeriscopeProcess.start(["collect", "vxlan:0", "--for", "1s"])
        let result = await process.wait()
        #expect(result.status == .exited(0))
        #expect(result.text.hasPrefix("listening for vxlan on UDP port "))
        #expect(result.text.contains("received 0 packets, 0 bytes; lost 0"))
        #expect(!result.text.contains("\u{1b}"))
    }

    @Test func `a capture is not written to a terminal`() async throws {
        let result = try await RunningProcess(
            ["script", "-qec", "'\(PeriscopeProcess.executable)' collect vxlan:0 --write -", "/dev/null"],
            limit: .seconds(60)
        ).wait()
        #expect(result.status == .exited(ExitStatus.usage.rawValue))
        #expect(result.text.contains("standard output is a terminal"))
    }

    @Test func `on a terminal the table is drawn anew`() async throws {
        let result = try await RunningProcess(
            ["script", "-qec", "'\(PeriscopeProcess.executable)' collect vxlan:0 --for 2500ms", "/dev/null"],
            limit: .seconds(60)
        ).wait()
        #expect(result.status == .exited(0))
        #expect(result.text.contains("\u{1b}[2A\u{1b}[J"))
    }

    @Test func `a capture that cannot be written whole is said`() async throws {
        let collect = try await CollectProcess(["vxlan:0", "--write", "/dev/full"])
        try collect.sender().send(datagram(vni: 1, frame(1)))
        // It goes on, for there may be room later.
        #expect(await collect.process.waitForOutput(containing: "\"event\":\"write-failed\""))
        collect.process.signal(SIGINT)
        let (result, ended) = try await collect.end()
        #expect(result.status == .exited(ExitStatus.output.rawValue))
        #expect(result.errorText.contains("/dev/full"))
        #expect(ended["written"].number == 0)
        #expect(ended["notWritten"].number == 1)
    }
}
