import CommandTestSupport
import ArgumentParser
import Foundation
import Lab
import Packets
import Pcapng
import TestSupport
import Testing

@testable import Commands
@testable import periscope

@Suite struct CollectOptionsTests {
    private func frame(_ port: UInt16) -> [UInt8] {
        FrameBuilder().ipv4(from: "10.1.0.1", to: "10.1.0.2").udp(from: 1, to: port, payload: [1, 2, 3]).frame
    }

    private func geneve(_ number: UInt32, _ frame: [UInt8]) throws -> [UInt8] {
        let copy = CopyMetadata(
            stream: 4, target: 1, sequence: number, rule: 6, ruleSequence: number,
            originalLength: UInt32(frame.count), samplingRate: 5)
        let option = try GeneveOption(
            optionClass: CopyMetadata.optionClass, type: CopyMetadata.type, data: Array(copy.encoded[4...]))
        return try GeneveHeader(vni: 1).encoded(options: [option]) + frame
    }

    @Test(
        arguments: [
            ("1", 1), ("500K", 512_000), ("100M", 104_857_600), ("1G", 1_073_741_824), ("2T", 2_199_023_255_552),
            ("100MB", 100_000_000), ("1g", 1_073_741_824), ("3kb", 3000),
        ] as [(String, UInt64)])
    func `sizes of files are read as people write them`(text: String, bytes: UInt64) {
        #expect(FileSize(text)?.bytes == bytes)
    }

    @Test(arguments: [
        "", "0", "0M", "M", "-1", "+1M", "1.5G", "1 M", "1MiB", "9999999999G", "99999999999999999999", "１M",
    ])
    func `what is no size of a file is refused`(text: String) {
        #expect(FileSize(text) == nil)
    }

    @Test(arguments: [
        (["--rotate-size", "1M"], "--write"), (["--write", "-", "--rotate-time", "1h"], "--write"),
        (["--write", "x", "--keep", "3"], "--keep goes with"),
        (["--write", "x", "--rotate-size", "1M", "--keep", "0"], "--keep 0"),
        (["--write", "x", "--rotate-time", "10ms"], "10ms"),
        (["--report", "10ms"], "10ms"), (["--report-to", "x"], "--report"), (["--threads", "0"], "--threads 0"),
        (["--threads", "65"], "65"), (["--timestamps", "sent"], "sent"), (["--rotate-size", "much"], "much"),
    ])
    func `options that make no sense are refused`(options: [String], text: String) throws {
        let error = #expect(throws: (any Error).self) {
            _ = try PeriscopeCommand.parseAsRoot(["collect", "vxlan"] + options)
        }
        #expect(error.map { PeriscopeCommand.message(for: $0).contains(text) } == true)
    }

    @Test(arguments: [
        ("port 80 or", "vxlan:0", "--filter"), ("inbound", "vxlan:0", "inbound"), ("vlan 5", "gue:0", "Ethernet"),
    ])
    func `a filter that cannot be is refused`(filter: String, tunnel: String, text: String) async throws {
        let result = try await PeriscopeProcess.run(["collect", tunnel, "--filter", filter])
        #expect(result.status == .exited(ExitStatus.usage.rawValue))
        #expect(result.errorText.contains(text), "\(result.errorText)")
    }

    @Test func `reports come beside the text, by sender and rule`() async throws {
        let folder = try TemporaryDirectory()
        let process = try PeriscopeProcess.start([
            "collect", "geneve:0", "--report", "1s", "--report-to", folder.path("report.json"),
            "--write", folder.path("out.pcapng"), "--filter", "udp port 53",
        ])
        #expect(await process.waitForOutput(containing: "listening"))
        let text = String(decoding: process.outputSoFar, as: UTF8.self)
        let port = try #require(UInt16(text.split(separator: "UDP port ")[1].prefix { $0.isNumber }))
        let sender = try DatagramSender(from: "127.0.0.1", to: "127.0.0.1", port: port)
        for number in [0, 1, 4, 3, 3] as [UInt32] {
            try sender.send(geneve(number, frame(number == 1 ? 54 : 53)))
        }
        func reports() throws -> [JSON] { try JSON.lines(String(decoding: folder.read("report.json"), as: UTF8.self)) }
        #expect(try eventually(within: .seconds(30)) { try reports().count >= 2 })
        process.signal(SIGINT)
        let result = await process.wait()
        #expect(result.status == .exited(0), "\(result.errorText)")
        #expect(result.text.contains("rule 6"))
        #expect(result.text.contains("lost 1 by their numbers"))
        #expect(result.text.contains("filtered out 1"))
        let all = try reports()
        #expect(all.count >= 3)
        #expect(all.allSatisfy { $0["event"].string == "report" })
        let last = try #require(all.last)
        let documentation = try Documentation.text(of: "json.md")
        let undescribed = last.allKeys.filter {
            !documentation.contains("`\($0)`") && !documentation.contains("\"\($0)\"")
        }
        #expect(undescribed.isEmpty)
        #expect(last["time"].string?.hasSuffix("Z") == true)
        #expect(last["filteredOut"].number == 1)
        #expect(last["written"].number == 4)
        let row = last["senders"][0]
        #expect([row["received"], row["lost"], row["reordered"], row["duplicated"]].map(\.number) == [4, 1, 1, 1])
        let rule = row["rules"][0]
        #expect(rule["rule"].number == 6)
        #expect([rule["received"], rule["lost"], rule["reordered"], rule["duplicated"]].map(\.number) == [4, 1, 1, 1])
        #expect(rule["represents"].number == 20)
        let stream = row["streams"][0]
        #expect(
            [stream["stream"], stream["target"], stream["lost"], stream["lostOfNoRule"]].map(\.number) == [4, 1, 1, 0])
    }

    @Test func `files go from one to the next, and all packets are in them`() async throws {
        let folder = try TemporaryDirectory()
        let collect = try await CollectProcess([
            "vxlan:0", "--write", folder.path("ring.pcapng"), "--rotate-size", "20K", "--keep", "100", "--count",
            "1000",
        ])
        let sender = try collect.sender()
        for number in 0..<1000 as Range<UInt16> { try sender.send(VXLANHeader(vni: 1).encoded + frame(number)) }
        let (result, ended) = try await collect.end()
        #expect(result.status == .exited(0))
        #expect(ended["written"].number == 1000)
        var packets: [[UInt8]] = []
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted()
        #expect(names.count > 2)
        for name in names {
            var reader = try CaptureReader(folder.read(name))
            packets += try reader.rest().map(\.bytes)
        }
        #expect(packets == (0..<1000 as Range<UInt16>).map { frame($0) })
    }

    @Test func `an interface that was made for delivery is gone even after kill -9`() async throws {
        let name = "psd\(getpid() % 100_000)"
        let process = try PeriscopeProcess.start(["collect", "vxlan:0", "--deliver", name, "--json"])
        #expect(await process.waitForOutput(containing: "\"listening\""))
        try Tool("ip").run("link", "show", name)
        process.signal(SIGKILL)
        _ = await process.wait()
        #expect(eventually { (try? Tool("ip").run("link", "show", name)) == nil })
    }
}
