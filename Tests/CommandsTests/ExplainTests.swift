import CommandTestSupport
import Foundation
import Lab
import Packets
import TestSupport
import Testing

@testable import Commands

@Suite struct ExplainTests {
    private struct Answer {
        var status: Int32?
        var text: String
        var errorText: String
        /// Its lines as JSON.
        var lines: [JSON] { get throws { try JSON.lines(text) } }
    }

    private static let rules = """
        rules:
          - {name: no-backup, action: skip, source: 10.1.0.0/16, destination-port: 873}
          - {name: web, action: mirror, protocol: tcp, destination: 192.0.2.0/24, destination-port: [80, 8000-8999], first: 10}
          - {name: out, action: mirror, direction: egress, vlan: 7}
          - {name: icmp, action: skip, protocol: icmp}
        """

    /// Runs `periscope explain` without any privilege, in a directory with a rule file, `rules.yaml`.
    private func explain(
        _ arguments: [String], rules: String = rules, files: [String: [UInt8]] = [:], input: String? = nil
    ) async throws -> Answer {
        let folder = try TemporaryDirectory()
        _ = try folder.write(Array(rules.utf8), to: "rules.yaml")
        for (name, bytes) in files { _ = try folder.write(bytes, to: name) }
        _ = try folder.write(Array((input ?? "").utf8), to: "input")
        let shell = ["sh", "-c", "cd \"$1\" && shift && exec \"$@\" <input", "sh", folder.path("")]
        let result = try await PeriscopeProcess.run(
            ["explain"] + arguments, through: shell + PeriscopeProcess.powerless)
        var status: Int32?
        if case .exited(let number) = result.status { status = number }
        return Answer(status: status, text: result.text, errorText: result.errorText)
    }

    @Test func `a packet is told with the rule that decides and the fields that match`() async throws {
        let answer = try await explain(["--rules", "rules.yaml", "--flow", "10.1.2.3:5555 -> 192.0.2.7:8080 tcp"])
        #expect(answer.status == 0)
        #expect(
            answer.text == """
                packet     IPv4 10.1.2.3:5555 -> 192.0.2.7:8080 tcp flags ack, ingress, 54 bytes
                assumed    direction ingress, flags ack
                decision   mirror, by rule "web", 2 of 4
                because    destination 192.0.2.7 matches 192.0.2.0/24
                           destination-port 8080 matches 8000-8999
                           protocol tcp matches tcp
                selection  first: one of the first 10 packets of its flow passes
                before it  not rule "no-backup", 1: destination-port 8080 does not match 873

                """)
    }

    @Test func `a packet that no rule matches is told with those that differ in one field`() async throws {
        let answer = try await explain(
            [
                "--rules", "rules.yaml", "--flow", "[2001:db8::1]:1 -> [2001:db8::2]:2 udp vlan 7", "--direction",
                "ingress",
            ])
        #expect(answer.status == 0)
        #expect(
            answer.text == """
                packet     IPv6 [2001:db8::1]:1 -> [2001:db8::2]:2 udp vlan 7, ingress, 66 bytes
                decision   not mirrored: no rule matches
                before it  not rule "out", 3: direction ingress does not match egress
                           not rule "icmp", 4: protocol udp does not match icmp

                """)
        let verbose = try await explain(
            [
                "--rules", "rules.yaml", "--flow", "10.1.2.3 -> 10.0.0.1 icmp vlan 8", "--direction", "egress",
                "--verbose",
            ])
        #expect(verbose.text.contains("decision   skip, by rule \"icmp\", 4 of 4\n"))
        #expect(
            verbose.text.contains(
                """
                before it  not rule "no-backup", 1: destination-port: the packet has none, and the rule names 873
                           not rule "web", 2: destination 10.0.0.1 does not match 192.0.2.0/24; destination-port: the \
                packet has none, and the rule names 80, 8000-8999; protocol icmp does not match tcp
                           not rule "out", 3: vlan 8 does not match 7

                """))
    }

    @Test func `programs get the same as JSON`() async throws {
        let answer = try await explain(
            [
                "--rules", "rules.yaml", "--flow", "10.1.2.3:5555 -> 192.0.2.7:80 tcp flags syn vlan 3", "--direction",
                "egress", "--json",
            ])
        #expect(answer.status == 0)
        let lines = try answer.lines
        #expect(lines.count == 1)
        let event = try #require(lines.first)
        #expect(event["event"].string == "packet")
        #expect(event["assumed"].array.isEmpty)
        #expect(event["decision"].string == "mirror")
        #expect(event["rule"].string == "web")
        #expect(event["position"].number == 2)
        #expect(event["fields"].array.map { $0["field"].string } == ["destination", "destination-port", "protocol"])
        #expect(event["fields"][1]["named"].string == "80")
        #expect(event["fields"][1]["seen"].string == "80")
        #expect(event["selection"][0]["option"].string == "first")
        #expect(event["selection"][0]["outcome"].string == "depends")
        #expect(event["earlier"].array.map { $0["rule"].string } == ["no-backup"])
        #expect(event["earlier"][0]["fields"].array.map { $0["matches"].bool } == [true, false])
        let packet = event["packet"]
        #expect(
            packet.keys == [
                "family", "source", "destination", "sourcePort", "destinationPort", "protocol", "vlan", "tcpFlags",
                "fragment", "direction", "length",
            ])
        #expect(packet["protocol"].number == 6)
        #expect(packet["tcpFlags"].number == 2)
        #expect(packet["vlan"].number == 3)
        #expect(packet["direction"].string == "egress")
        let none = try await explain(["--rules", "rules.yaml", "--flow", "10.0.0.1:1->10.0.0.2:2 udp", "--json"])
        #expect(try none.lines[0]["decision"].string == "none")
        #expect(try none.lines[0]["rule"].isNothing)
    }

    @Test func `a packet is read from the command line and from standard input`() async throws {
        let frame = FrameBuilder().ipv4(from: "10.9.9.9", to: "192.0.2.1").tcp(from: 1, to: 80, flags: .syn).frame
        let hexadecimal = frame.map { String(Int($0) + 0x100, radix: 16).dropFirst() }
        let direct = try await explain(["--rules", "rules.yaml", "--packet", hexadecimal.joined(separator: ":")])
        #expect(direct.text.contains("by rule \"web\""))
        let dump =
            "00000000: \(hexadecimal[..<16].joined(separator: " "))\n"
            + "00000010: \(hexadecimal[16..<32].joined(separator: " "))\n"
            + "00000020: \(hexadecimal[32..<48].joined(separator: " "))\n"
            + "00000030: \(hexadecimal[48...].joined(separator: " "))\n"
        let piped = try await explain(["--rules", "rules.yaml", "--packet", "-"], input: dump)
        #expect(piped.text == direct.text)
        let twice = try await explain(["--rules", "rules.yaml", "--packet", "-", "--json"], input: dump + dump)
        #expect(try twice.lines.map { $0["event"].string } == ["packet", "packet", "summary"])
        #expect(try twice.lines[2]["rules"][0]["matched"]["packets"].number == 2)
    }

    @Test func `a filter matches a packet or not`() async throws {
        let flow = ["--flow", "10.1.2.3:5555 -> 10.0.0.1:443 tcp"]
        let matching = try await explain(["tcp port 443"] + flow)
        #expect(matching.status == 0)
        #expect(matching.text.contains("decision   matches\n"))
        let other = try await explain(["udp", "port", "443"] + flow + ["--json"])
        #expect(other.status == 0)
        #expect(try other.lines[0]["matches"].bool == false)
        let asks = try await explain(["inbound and tcp"] + flow)
        #expect(asks.status == 64)
        #expect(asks.errorText.contains("only the kernel knows"))
    }

    private static let frames: [[UInt8]] = {
        let web = FrameBuilder().ipv4(from: "10.9.9.9", to: "192.0.2.1")
        return [
            web.tcp(from: 1, to: 80).frame, web.udp(from: 1, to: 80).frame, web.icmp(type: 8).frame,
            web.vlan(7).tcp(from: 1, to: 22).frame, web.tcp(from: 1, to: 8500, payload: [1, 2, 3]).frame,
            FrameBuilder().arp(operation: 1, from: "10.0.0.1", to: "10.0.0.2").frame,
        ]
    }()

    @Test func `a capture has a line for each packet and a table`() async throws {
        let answer = try await explain(
            ["--rules", "rules.yaml", "--pcap", "c.pcap"], files: ["c.pcap": ClassicCapture.bytes(Self.frames)])
        #expect(answer.status == 0)
        let lines = answer.text.split(separator: "\n").map(String.init)
        #expect(lines.count == 6 + 5)
        #expect(lines[0] == "1  IPv4 10.9.9.9:1 -> 192.0.2.1:80 tcp flags ack  mirror, by rule \"web\", 2 of 4")
        #expect(lines[3] == "4  IPv4 10.9.9.9:1 -> 192.0.2.1:22 tcp vlan 7 flags ack  not mirrored: no rule matches")
        #expect(lines[5] == "6  not IP  not mirrored: no rule matches")
        #expect(
            lines[6...].map { $0.split(separator: " ").map(String.init) } == [
                ["rule", "action", "packets", "bytes"], ["web", "mirror", "2", "111"], ["icmp", "skip", "1", "42"],
                ["(no", "rule)", "3", "142"], ["(all)", "6", "295"],
            ])
    }

    @Test func `a damaged capture is told as far as it goes, then what is wrong`() async throws {
        let bytes = ClassicCapture.bytes(Self.frames)
        let answer = try await explain(
            ["--rules", "rules.yaml", "--pcap", "c.pcap", "--json"], files: ["c.pcap": Array(bytes.dropLast(5))])
        #expect(answer.status == 66)
        #expect(try answer.lines.map { $0["event"].string } == Array(repeating: "packet", count: 5) + ["summary"])
        #expect(answer.errorText.contains("cannot read c.pcap to its end: "))
    }

    private static let withoutEthernet = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        .packet
        .map { String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()

    /// Arguments, with FLOW for `--flow` and a flow, RULES for `--rules` and a file; the status, and what is said.
    @Test(
        arguments: [
            (["RULES"], 64, "one of --packet, --pcap and --flow"),
            (["RULES", "--packet", "00", "FLOW"], 64, "one of --packet, --pcap and --flow"),
            (["FLOW"], 64, "--rules FILE, or a filter"), (["tcp", "RULES", "FLOW"], 64, "not both"),
            (["tcp", "FLOW", "--sample-seed", "1"], 64, "goes with --rules"),
            (["--rules", "nothere.yaml", "FLOW"], 66, "nothere.yaml"),
            (["--rules", "wrong.yaml", "FLOW"], 64, "wrong.yaml:1:1: error: "),
            (["tcp and", "FLOW"], 64, "syntax error"),
            (["RULES", "--flow", "here -> there"], 64, "is no flow"),
            (["RULES", "--packet", "xyz"], 64, "not bytes of two hexadecimal digits"),
            (["RULES", "--packet", "0011"], 64, "an Ethernet header has 14"),
            (["RULES", "--packet", withoutEthernet], 64, "without its Ethernet header; dump it with tcpdump -xx"),
            (["RULES", "--pcap", "nothere.pcap"], 66, "nothere.pcap: No such file"),
            (["RULES", "--pcap", "/"], 66, "directory"),
            (["RULES", "--pcap", "rules.yaml"], 66, "cannot read rules.yaml: "),
            (["RULES", "--pcap", "raw.pcap"], 66, "link type 101, and only Ethernet"),
            (["RULES", "--direction", "both", "FLOW"], 64, "both"),
        ] as [([String], Int32, String)])
    func `what is wrong ends it with the status of the manual`(
        arguments: [String], status: Int32, words: String
    ) async throws {
        let arguments = arguments.flatMap { word in
            switch word {
            case "FLOW": ["--flow", "10.1.2.3:5555 -> 10.0.0.1:443 tcp"]
            case "RULES": ["--rules", "rules.yaml"]
            default: [word]
            }
        }
        let files = ["wrong.yaml": Array("[]".utf8), "raw.pcap": ClassicCapture.bytes([Self.frames[0]], linkType: 101)]
        let answer = try await explain(arguments, files: files)
        #expect(answer.status == status, "\(answer.errorText)")
        #expect(answer.errorText.hasPrefix("periscope: "))
        #expect(answer.errorText.contains(words), "\(answer.errorText)")
    }
}
