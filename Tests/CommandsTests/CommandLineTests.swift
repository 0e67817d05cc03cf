import ArgumentParser
import Packets
import Testing

@testable import Commands
@testable import periscope

@Suite struct CommandLineTests {
    @Test(arguments: [
        ("10s", 10.0), ("10", 10), ("10m", 600), ("1h", 3600), ("1h30m", 5400), ("2d", 172_800), ("500ms", 0.5),
        ("1.5s", 1.5), ("1m30s", 90), ("0.25h", 900), ("1d1h1m1s1ms", 90061.001),
    ])
    func `lengths of time are read as people write them`(text: String, seconds: Double) throws {
        let span = try #require(TimeSpan(text))
        #expect(span.duration / .seconds(1) == seconds)
    }

    @Test(arguments: [
        "", "0", "0s", "s", "10x", "10 s", "-5s", "+5s", "1s1h", "1s1s", "5s5", "1..5s", ".5s", "5.s", "1e3s", "inf",
        "nan", "999999999d", "10S", "１０s", "1h30",
    ])
    func `what is no length of time is refused`(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test(arguments: [
        (Duration.seconds(15), "15s"), (.seconds(90), "1m30s"), (.seconds(3600), "1h"), (.milliseconds(1500), "1500ms"),
    ])
    func `a length of time is shown as it is written`(duration: Duration, text: String) {
        #expect(TimeSpan(duration).description == text)
        #expect(TimeSpan(text)?.duration == duration)
    }

    @Test(
        arguments: [
            ("vxlan", "vxlan", 4789), ("geneve", "geneve", 6081), ("gue", "gue", 6080), ("VXLAN", "vxlan", 4789),
            ("vxlan:8472", "vxlan", 8472), ("gue:0", "gue", 0), ("gue:65535", "gue", 65535),
        ] as [(String, String, UInt16)])
    func `a tunnel is read with its port`(text: String, tunnel: String, port: UInt16) throws {
        let read = try TunnelPort(text)
        #expect(read.tunnel.rawValue == tunnel)
        #expect(read.port == port)
    }

    @Test(arguments: ["", "gre", "vxlan:", "vxlan:x", "vxlan:65536", "vxlan:-1", "vxlan:+1", "vxlan:1:2", ":4789"])
    func `what is no tunnel is refused`(text: String) {
        #expect(throws: ValidationError.self) { try TunnelPort(text) }
    }

    /// Each must parse, to the command named first.
    @Test(arguments: [
        ("mirror eth0 tcp port 443 --to vxlan://10.0.0.9", "MirrorCommand"),
        ("mirror eth0 --rules r.yaml --watch --to device:d0 --json", "MirrorCommand"),
        ("preview eth0 udp port 53 --for 1m --to vxlan://10.0.0.9 --top 3", "PreviewCommand"),
        (
            "preview eth0 --rules r.yaml --sample 1/10 --sample-by flow --sample-seed 3 --first 9 --json",
            "PreviewCommand"
        ),
        ("collect vxlan geneve gue:6635 --for 10m --count 5 --write - --json", "CollectCommand"),
        ("collect vxlan --deliver ids0", "CollectCommand"), ("status --all --json", "StatusCommand"),
        ("detach eth0 periscope3", "DetachCommand"), ("detach --all", "DetachCommand"),
        ("rules check x.yaml --json", "RulesCheckCommand"),
        ("explain --rules x.yaml --packet - --json --verbose", "ExplainCommand"),
        ("explain tcp port 80 --pcap x.pcap --direction egress", "ExplainCommand"),
        ("lab up --id x --mtu 1500", "LabUpCommand"),
        ("lab run --for 5s --write x.pcapng", "LabRunCommand"), ("lab down", "LabDownCommand"),
        ("lab list", "LabListCommand"), ("doctor", "DoctorCommand"),
    ])
    func `command lines are taken`(line: String, type: String) throws {
        let command = try PeriscopeCommand.parseAsRoot(line.split(separator: " ").map(String.init))
        #expect("\(Swift.type(of: command))" == type)
    }

    @Test(arguments: [
        ("mirror eth0", "--to"), ("mirror eth0 tcp --rules f --to device:x", "not both"),
        ("mirror eth0 --watch --to device:x", "--watch"), ("mirror eth0 --direction up --to device:x", "up"),
        ("preview", "interface"), ("preview eth0 tcp --rules f", "not both"), ("preview eth0 --for 0s", "for"),
        ("preview eth0 --top -1", "top"), ("preview eth0 --flows 1", "--flows"),
        ("preview eth0 --until 18:00", "until"),
        ("preview eth0 --sample 2", "sample"), ("mirror eth0 --flows 1 --to device:x", "--flows"),
        ("collect", "tunnel"), ("collect vxlan vxlan", "twice"), ("collect vxlan geneve:4789", "4789"),
        ("collect vxlan --count 0", "--count"), ("collect vxlan --for never", "never"), ("detach", "--all"),
        ("detach eth0 --all", "not both"), ("lab down x --all", "not both"), ("lab up --mtu 100", "1280"),
        ("status extra", "extra"), ("rules check", "file"), ("explain tcp", "--packet"), ("frobnicate", "frobnicate"),
    ])
    func `wrong command lines are refused, and what is wrong is named`(line: String, word: String) {
        do {
            _ = try PeriscopeCommand.parseAsRoot(line.split(separator: " ").map(String.init))
            Issue.record("accepted: \(line)")
        } catch {
            #expect(PeriscopeCommand.exitCode(for: error) == .validationFailure)
            #expect(PeriscopeCommand.message(for: error).contains(word))
        }
    }

    @Test func `what a terminal obeys is not printed`() {
        #expect("a\u{1b}[2Jb\r\n\u{9b}c é".printable == "a[2Jbc é")
    }

    @Test func `table columns stand under each other, numbers to the right`() {
        var table = TextTable(["name", "count"])
        table.add(["a", "5"])
        table.add(["long name", "1234"])
        #expect(table.lines == ["name       count", "a              5", "long name   1234"])
    }
}
