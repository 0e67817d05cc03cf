import Packets
import Rules

/// Rule files, and behind the first zero a frame.
///
/// A file that is refused is so with a place and a remedy, one line each; of one that is accepted, the compiled table
/// finds the rule that asking one after the other finds: for the frame, and for packets made of what the rules name.
/// Time and memory have libFuzzer's limits.
enum RuleFileFuzzer: Fuzzer {
    static let name = "rules"

    static func test(_ input: UnsafeRawBufferPointer) {
        let (text, frame) = input.dividedAtZero
        do throws(RulesError) {
            let file = try RuleFile.parse(Array(text), file: "rules")
            for warning in file.warnings { check(warning, .warning) }
            check(file.rules, frame)
        } catch {
            expect(error.diagnostics.contains { $0.severity == .error }, "refused without an error: \(error)")
            for diagnostic in error.diagnostics { check(diagnostic, diagnostic.severity) }
        }
    }

    private static func check(_ diagnostic: RuleDiagnostic, _ severity: RuleDiagnostic.Severity) {
        expect(diagnostic.severity == severity, "\(diagnostic) among the warnings")
        expect(diagnostic.line > 0 && diagnostic.column > 0, "no place: \(diagnostic)")
        expect(!diagnostic.description.contains(where: \.isNewline), "two lines: \(diagnostic)")
    }

    private static func check(_ rules: RuleList, _ frame: UnsafeRawBufferPointer) {
        let table = CompiledTable(rules)
        var packets = [PacketFields(), PacketFields(frame: frame.bytes)]
        for rule in rules.rules.prefix(8) { packets += RulePackets(rule).all }
        for fields in packets {
            for direction in Direction.allCases {
                let (found, expected) = (
                    table.lookup(fields, direction: direction), rules.firstMatch(fields, direction: direction)
                )
                expect(found == expected, "\(fields), \(direction): \(found as Int?) and not \(expected as Int?)")
            }
        }
    }

    static func seeds() -> [Seed] {
        let everything = """
            # All keys
            rules:
              - name: health-checks
                action: skip
                source: [10.0.0.5, "2001:db8::/32"]
                destination-port: 443
              - name: web
                action: mirror
                protocol: [tcp, 17]
                source: 10.0.0.0/8
                destination: 192.168.0.0/16
                source-port: 1024-65535
                destination-port: [80, 443, 8000-8999]
                vlan: [none, 100, 200-300]
                tcp-flags: {set: [syn], unset: [ack, rst]}
                direction: ingress
              - {name: rest, action: mirror}
              - {name: hidden, action: skip, protocol: icmp}

            """
        let frame = FrameBuilder().vlan(100).ipv4(from: .ipv4(0x0a00_0005), to: .ipv4(0xc0a8_0001)).tcp(
            from: 40000, to: 443, flags: .syn
        ).frame
        return [
            Seed("everything", Array(everything.utf8) + [0] + frame),
            Seed("json", #"{"rules": [{"name": "a", "action": "mirror", "destination-port": [53, "100-200"]}]}"#),
            Seed("empty-list", "rules: []\n"),
            Seed("aliases", "a: &a [x, x]\nb: &b [*a, *a]\nrules: [*b, *b]\n"),
            Seed("nested", String(repeating: "[", count: 200)),
            Seed("duplicates", "rules:\n- {name: a, name: b, action: skip, action: skip}\n- {name: a, action: skip}\n"),
            Seed("slips", "rules:\n- name: a\n  action: accept\n  destination_port: 70000\n  source: fe80::1%eth0\n"),
            Seed("block-scalar", "rules:\n- name: |\n    a\n    b\n  action: >-\n    skip\n"),
            Seed("not-text", [0xff, 0xfe, 0x72, 0x75]),
        ]
    }
}
