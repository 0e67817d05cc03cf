import Packets
import Rules
import TestSupport
import Testing

struct RuleFileTests {
    @Test
    func `every key is read`() throws {
        let file = try RuleFile.parse(
            text: """
                rules:
                  - name: noise
                    action: skip
                    protocol: [icmp, ICMPv6, 47]
                  - name: web
                    action: mirror
                    source: 10.0.0.0/8
                    destination: [192.0.2.1, "2001:db8::/32", ::1]
                    source-port: 1024-65535
                    destination-port: [80, 443, 8000-8999]
                    protocol: tcp
                    vlan: [none, 10, 100-200]
                    tcp-flags: {set: syn, unset: [ack, RST]}
                    direction: ingress
                  - {name: rest, action: mirror, direction: both}
                """.replacing("2001:db8::/32\", ::1", with: "2001:db8::/32\", \"::1\""), file: "t.yaml")
        #expect(file.warnings.isEmpty)
        let expected = [
            Rule(name: "noise", action: .skip, protocols: [1, 58, 47]),
            Rule(
                name: "web", action: .mirror, sources: [try CIDR("10.0.0.0/8")],
                destinations: [try CIDR("192.0.2.1/32"), try CIDR("2001:db8::/32"), try CIDR("::1/128")],
                sourcePorts: [1024...65535], destinationPorts: [80...80, 443...443, 8000...8999], protocols: [6],
                vlans: [.untagged, .identifier(10), .identifiers(100...200)],
                tcpFlags: TCPFlagsSelector(set: .syn, unset: [.ack, .rst]), direction: .ingress),
            Rule(name: "rest", action: .mirror),
        ]
        #expect(file.rules.rules == expected)
    }

    @Test
    func `JSON says the same as YAML`() throws {
        let yaml = "rules:\n- name: a\n  action: mirror\n  destination-port: [80, 1-2]\n  source: \"::/0\"\n"
        let json =
            "{\r\n\t\"rules\": [{\"name\": \"a\", \"action\": \"mirror\", \"destination-port\": [80, \"1-2\"], "
            + "\"source\": \"::\\/0\"}]}"
        #expect(try RuleFile.parse(text: json, file: "j").rules == RuleFile.parse(text: yaml, file: "y").rules)
    }

    @Test
    func `a byte order mark and line ends of other systems do not matter`() throws {
        let text = "\u{feff}rules:\r\n- name: é\r\n  action: skip\r\n"
        #expect(try RuleFile.parse(text: text, file: "").rules.rules.map(\.name) == ["é"])
    }

    @Test
    func `an empty list is a list`() throws {
        let file = try RuleFile.parse(text: "rules: []", file: "f")
        #expect(file.rules.rules.isEmpty)
        #expect(file.warnings.map(\.description) == ["f:1:8: warning: there is no rule, so nothing is mirrored"])
    }

    /// A file, and what is said of it as `line:column: text that the message contains`.
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let said: [String]

        init(_ text: String, _ said: String...) {
            self.text = text
            self.said = said
        }

        /// A file of one rule with one more line in it, line 4.
        init(field: String, _ said: String...) {
            text = "rules:\n- name: a\n  action: mirror\n  \(field)"
            self.said = said
        }

        var testDescription: String { String(text.prefix(80).map { $0.isNewline ? "¶" : $0 }) }
    }

    private static let documents = [
        Case("", "1:1: the file is empty"),
        Case("# nothing\n", "1:1: the file is empty"),
        Case("~", "1:1: the file is empty"),
        Case("- a", "1:1: a rule file is a mapping with the key \"rules\", not a list"),
        Case("rules", "1:1: a rule file is a mapping with the key \"rules\", not a single value"),
        Case("{}", "1:1: the key \"rules\" is missing"),
        Case("rules:", "1:7: \"rules\" is a list of rules, not nothing"),
        Case("rules: {a: b}", "1:8: \"rules\" is a list of rules, not a mapping"),
        Case(
            "rule: []", "1:1: a rule file has no key \"rule\"; did you mean \"rules\"?",
            "1:1: the key \"rules\" is missing"),
        Case("rules: []\n? [a]\n: b", "1:8: there is no rule", "2:3: a key of a rule file is a word, not a list"),
        Case("rules: [a, [], ~]", "1:9: a rule is a mapping", "1:12: a rule is a mapping", "1:16: a rule is a mapping"),
        Case("rules:\n- {}", "2:3: the rule has no \"name\"", "2:3: the rule has no \"action\""),
        Case(
            "rules: []\n---\nrules: []",
            "2:1: expected a single document in the stream: but found another document; a rule file is one document"),
        Case("rules: [", "2:1: while parsing a flow node: did not find expected node content"),
        Case(
            "rules:\n\t- a",
            "2:1: while scanning for the next token: found character that cannot start any token; indent"),
        Case("rules:\n- name: a\n source: b", "3:2: while parsing a block mapping: did not find expected"),
        Case(
            "rules:\n- source: [::1]",
            "2:12: while parsing a flow node: did not find expected node content; put IPv6 addresses in quotes"),
        Case("rules:\n- source: fe80::", "2:16: mapping values are not allowed in this context; put IPv6"),
        Case("rules: \"\\q\"", "1:9: while parsing a quoted scalar: found unknown escape character"),
        Case("rules: []\nb: \u{1}", "2:4: control characters are not allowed; a rule file is UTF-8 text"),
        Case("a: &b c", "1:4: anchors (&) and aliases (*) are not read"),
        Case("# *fine*, isn't it\nrules: []", "1:3: anchors"),
        Case("# *fine*\nrules: [] # &fine\n", "2:8: there is no rule"),
        Case("é: 1 # é\u{2028}é: [*a]", "2:5: anchors"),
        Case("\"#'\": *a", "1:7: anchors"),
        Case(
            "<<: {a: b}\nrules: []", "1:1: a rule file has no key \"<<\"; merge keys are not read", "2:8: there is no"),
        Case(String(repeating: "[", count: 100_000), "1:1: while parsing: Maximum nesting level"),
        Case(String(repeating: "- ", count: 100_000), "1:1999: while parsing: Maximum nesting level"),
    ]

    private static let fields = [
        Case(field: "sourc: 10.0.0.0/8", "4:3: a rule has no key \"sourc\"; did you mean \"source\"?"),
        Case(
            field: "destination_port: 1",
            "4:3: a rule has no key \"destination_port\"; did you mean \"destination-port\"?"),
        Case(field: "colour: red", "4:3: a rule has no key \"colour\""),
        Case(field: "? {a: b}\n  : c", "4:5: a key of a rule is a word, not a mapping"),
        Case(field: "source: 10.0.0.1/8", "4:11: 10.0.0.1/8 has bits set after its prefix: write 10.0.0.0/8"),
        Case(field: "source: [10.0.0.0/8, 10.0.0.0/33]", "4:24: 10.0.0.0/33: the prefix length"),
        Case(
            field: "source: \"2001:db8::1/32\"",
            "4:11: 2001:db8::1/32 has bits set after its prefix: write 2001:db8::/32"),
        Case(field: "source: example.org", "4:11: \"example.org\" is not an IP address"),
        Case(field: "source: 10.0.0.256", "4:11: \"10.0.0.256\" is not an IP address"),
        Case(field: "source: any", "4:11: there is no word for any value; leave the key out"),
        Case(field: "source: []", "4:11: \"source\" has an empty list"),
        Case(field: "source:", "4:10: \"source\" has no value"),
        Case(field: "source: null", "4:11: \"source\" has no value"),
        Case(field: "source: [\"\"]", "4:12: \"source\" has no value"),
        Case(field: "source: [[10.0.0.0/8]]", "4:12: \"source\" has one value, not a list"),
        Case(field: "source: {a: b}", "4:11: \"source\" is a value or a list of values, not a mapping; put IPv6"),
        Case(field: "source-port: 65536", "4:16: \"65536\" is not a port: write a decimal number from 0 to 65535"),
        Case(field: "source-port: -1", "4:16: \"-1\" is not a port"),
        Case(field: "source-port: 0x50", "4:16: \"0x50\" is not a port"),
        Case(field: "source-port: 080", "4:16: \"080\" is not a port"),
        Case(field: "source-port: 80.0", "4:16: \"80.0\" is not a port"),
        Case(field: "source-port: ٣", "4:16: \"٣\" is not a port"),
        Case(field: "source-port: https", "4:16: \"https\" is not a port"),
        Case(field: "destination-port: 2000-1000", "4:21: the range 2000-1000 is empty; write 1000-2000"),
        Case(field: "destination-port: 1-70000", "4:21: \"70000\" is not a port"),
        Case(field: "destination-port: 1-2-3", "4:21: \"1-2-3\" is not a port"),
        Case(field: "destination-port: 1-", "4:21: \"\" is not a port"),
        Case(
            field: "destination-port: 1:2",
            "4:21: \"1:2\" is not a port: write a decimal number from 0 to 65535, or a range"),
        Case(
            field: "protocol: tpc",
            "4:13: \"tpc\" is no protocol's name; write a name such as tcp or a number; did you mean \"tcp\"?"),
        Case(field: "protocol: [tcp, 256]", "4:19: \"256\" is not a protocol: write a decimal number from 0 to 255"),
        Case(field: "protocol: all", "4:13: there is no word for any value"),
        Case(field: "vlan: 4095", "4:9: \"4095\" is not a VLAN identifier: write a decimal number from 0 to 4094"),
        Case(field: "vlan: [10, nil]", "4:14: \"nil\" is not a VLAN identifier"),
        Case(field: "vlan: 20-10", "4:9: the range 20-10 is empty; write 10-20"),
        Case(field: "tcp-flags: syn", "4:14: \"tcp-flags\" is a mapping"),
        Case(field: "tcp-flags: {}", "4:14: \"tcp-flags\" names no flag"),
        Case(field: "tcp-flags: {set: [sin]}", "4:21: \"sin\" is no TCP flag; the flags are fin, syn", ),
        Case(
            field: "tcp-flags: {sett: [syn]}", "4:14: \"tcp-flags\" names no flag",
            "4:15: tcp-flags has no key \"sett\"; did you mean \"set\"?"),
        Case(field: "tcp-flags: {set: syn, unset: [ack, syn]}", "4:14: \"syn\" is to be set and not set"),
        Case(
            field: "direction: in",
            "4:14: \"in\" is no direction; write ingress, egress or both; did you mean \"ingress\"?"),
        Case(
            field: "direction: out",
            "4:14: \"out\" is no direction; write ingress, egress or both; did you mean \"egress\"?"),
        Case(field: "direction: [ingress]", "4:14: \"direction\" has one value, not a list"),
        Case(field: "name: b", "2:3: \"name\" is given again later in the same mapping"),
        Case(
            field: "\"vlan\": 1\n  vlan: 2\n  vlan: 5000",
            "4:3: \"vlan\" is given again", "5:3: \"vlan\" is given again", "6:9: \"5000\" is not a VLAN identifier"),
        Case(field: "!!binary vlan: 1\n  vlan: 2", "5:3: \"vlan\" is given twice"),
    ]

    private static let names = [
        Case("rules:\n- {name: , action: skip}", "2:10: \"name\" has no value"),
        Case("rules:\n- {name: [a], action: skip}", "2:10: \"name\" has one value, not a list"),
        Case("rules:\n- {name: \"a\\nb\", action: skip}", "2:10: a name has no control characters"),
        Case(
            "rules:\n- {name: \(String(repeating: "é", count: 65)), action: skip}", "2:10: a name has at most 128 bytes"
        ),
        Case(
            "rules:\n- {name: a, action: skip}\n- {name: b, action: skip}\n- {action: skip, name: a}",
            "4:24: the name \"a\" is taken by the rule in line 2"),
        Case(
            "rules:\n- {name: a, action: mirrored}",
            "2:21: \"mirrored\" is no action; write mirror or skip; did you mean \"mirror\"?"),
        Case(
            "rules:\n- {name: a, action: reject}",
            "2:21: \"reject\" is no action; write mirror or skip; did you mean \"skip\"?"),
        Case("rules:\n- {name: a, action: }", "2:21: \"action\" has no value"),
        Case(
            "rules:\n- {action: x, source: 1, vlan: 9999}\n- {name: b}", "2:3: the rule has no \"name\"",
            "2:12: \"x\" is no action",
            "2:23: \"1\" is not an IP address", "2:32: \"9999\" is not a VLAN", "3:3: the rule has no \"action\""),
    ]

    @Test(arguments: documents + fields + names)
    func `what is wrong is said with its place`(one: Case) {
        let said: [RuleDiagnostic]
        do {
            said = try RuleFile.parse(text: one.text, file: "rules.yaml").warnings
        } catch {
            said = error.diagnostics
            #expect(error.code == .invalid)
            #expect(error.message.hasPrefix("rules.yaml:"))
        }
        let lines = said.map { "\($0.line):\($0.column): \($0.message)" }
        #expect(lines.count == one.said.count, "\(lines)")
        for (line, expected) in zip(lines, one.said) {
            #expect(line.hasPrefix(expected), "\(line)")
        }
    }

    private static let useless = [
        Case(
            "rules:\n- {name: a, action: skip, source: 10.0.0.0/8}\n- {name: b, action: mirror, source: 10.1.0.0/16}",
            "3:10: rule \"b\" never decides: rule \"a\" in line 2 matches all its packets first"),
        Case(
            "rules:\n- {name: a, action: skip, tcp-flags: {set: syn}, protocol: udp}",
            "2:10: no packet can match rule \"a\": it names TCP flags and protocols without them"),
        Case(
            "rules:\n- {name: a, action: skip, source-port: 1, protocol: icmp}",
            "2:10: no packet can match rule \"a\": it names ports and protocols without ports"),
        Case(
            "rules:\n- {name: a, action: skip, source: 10.0.0.0/8, destination: \"::/0\"}",
            "2:10: no packet can match rule \"a\": its source and destination addresses are of different families"),
    ]

    @Test(arguments: useless)
    func `rules that never decide are warned of`(one: Case) throws {
        let said = try RuleFile.parse(text: one.text, file: "f").warnings
        #expect(said.allSatisfy { $0.severity == .warning })
        #expect(said.count == one.said.count)
        for (line, expected) in zip(said.map { "\($0.line):\($0.column): \($0.message)" }, one.said) {
            #expect(line.hasPrefix(expected), "\(line)")
        }
    }

    @Test
    func `damaged files are read or refused, with something to say`() throws {
        let good = Array(
            """
            rules: # two
            - name: "a"
              action: mirror
              source: ["2001:db8::/32", 10.0.0.0/8]
              destination-port: [80, 1000-2000]
              tcp-flags: {set: syn, unset: [ack]}
            - {name: 'b', action: skip, vlan: [none, 7], protocol: udp, direction: both}
            """.utf8)
        let pieces = [
            "- ", ": ", "[", "]", "{", "}", "\"", "'", "\n", "\t", "? ", "| ", "!!x ", "&a ", "*a", "# ", "\u{85}", "~",
        ]
        var (read, refused) = (0, 0)
        for seed in UInt64(0)..<3000 {
            var random = SeededGenerator(seed: seed)
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: random.pick(pieces).utf8, at: place)
                default:
                    let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
                    bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            do {
                _ = try RuleFile.parse(bytes, file: "f")
                read += 1
            } catch {
                refused += 1
                #expect(error.diagnostics.contains { $0.severity == .error }, "seed \(seed)")
                #expect(error.diagnostics.allSatisfy { $0.line >= 1 && $0.column >= 1 }, "seed \(seed)")
            }
        }
        #expect(read > 30 && refused > 1000, "\(read) \(refused)")
    }

    @Test
    func `bytes that are not UTF-8 are refused where they stand`() {
        let error = #expect(throws: RulesError.self) {
            try RuleFile.parse(Array("rules:\n- é".utf8) + [0xff, 0x41], file: "f")
        }
        #expect(error?.diagnostics.map { "\($0.line):\($0.column)" } == ["2:4"])
        #expect(error?.message.contains("not UTF-8") == true)
    }

    @Test(arguments: ["\\n", "\\r", "\\N", "\\L"])
    func `what a diagnostic quotes does not break its line`(lineBreak: String) {
        let text = #"rules: [{name: a, action: skip, source: "2001:db8::/32.\#(lineBreak)"}]"#
        let error = #expect(throws: RulesError.self) { try RuleFile.parse(text: text, file: "f") }
        #expect(error?.diagnostics.count == 1)
        #expect(error?.diagnostics.contains { $0.description.contains(where: \.isNewline) } == false)
    }

    @Test
    func `a file that is too large is refused unread`() {
        let error = #expect(throws: RulesError.self) {
            try RuleFile.parse(Array(repeating: 0x20, count: RuleFile.maximumByteCount + 1), file: "f")
        }
        #expect(error?.message.contains("larger than 64 MiB") == true)
    }

    @Test
    func `a file that is not there is refused with the reason`() {
        let error = #expect(throws: RulesError.self) { try RuleFile.load("/nonexistent/rules.yaml") }
        #expect(error?.code == .unreadable)
        #expect(error?.cause == 2)
        let directory = #expect(throws: RulesError.self) { try RuleFile.load("/") }
        #expect(directory?.code == .unreadable)
    }
}
