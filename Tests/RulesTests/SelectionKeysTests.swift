import Rules
import Testing

/// The keys of a rule that say how much of what it matches is mirrored.
struct SelectionKeysTests {
    @Test func `every key of a selection is read`() throws {
        let file = try RuleFile.parse(
            text: """
                rules:
                  - name: all
                    action: mirror
                    protocol: udp
                    sample: 1/100
                    sample-by: flow
                    first: 64k
                    budget: 1.5Mbit
                    snaplen: headers
                    for: 1h30m
                    until: 2026-11-24T18:00:00Z
                  - {name: some, action: Mirror, protocol: tcp, first: 10, snaplen: 128, until: "2026-11-24 19:00+01:00"}
                  - {name: rest, action: mirror, sample-by: packet, for: 10}
                """, file: "t.yaml")
        #expect(file.warnings.isEmpty)
        let end: UInt64 = 1_795_543_200_000_000_000
        #expect(
            file.rules.rules.map(\.selection) == [
                Selection(
                    samplingRate: 100, samplingUnit: .flow, first: .bytes(64_000), budget: 1_500_000,
                    snapLength: .headers, end: .init(after: .seconds(5400), at: end)),
                Selection(first: .packets(10), snapLength: .bytes(128), end: .init(at: end)),
                Selection(samplingUnit: .packet, end: .init(after: .seconds(10))),
            ])
    }

    @Test func `a rule without such keys keeps everything`() throws {
        for action in ["mirror", "skip"] {
            let file = try RuleFile.parse(text: "rules: [{name: a, action: \(action)}]", file: "t.yaml")
            #expect(file.rules.rules[0].selection.isEverything)
        }
    }

    /// A rule's fourth line, and what is said of it.
    private static let wrong: [RuleFileTests.Case] = [
        .init(field: "sample: 100", "4:11: \"100\" is no sampling rate: write 1/100 for one of 100"),
        .init(field: "sample: 1/0", "4:11: \"1/0\" is no sampling rate"),
        .init(field: "sample: [1/2]", "4:11: \"sample\" has one value, not a list"),
        .init(field: "sample:", "4:10: \"sample\" has no value"),
        .init(field: "sample-by: host", "4:14: \"host\" is nothing to sample by: write packet or flow"),
        .init(field: "sample_by: flow", "4:3: a rule has no key \"sample_by\"; did you mean \"sample-by\"?"),
        .init(field: "first: 0", "4:10: \"0\" is no number of packets"),
        .init(field: "first: 10x", "4:10: \"10x\" is no number of bytes: the units are"),
        .init(field: "budget: 10MB", "4:11: \"10MB\" is no bit rate"),
        .init(field: "budget: 2Tbit", "4:11: \"2Tbit\" is no bit rate: it is 1kbit at least"),
        .init(field: "snaplen: 5", "4:12: \"5\" is no snap length: write bytes from 14 to 262144, or headers"),
        .init(field: "for: ever", "4:8: \"ever\" is no length of time: write 10s"),
        .init(field: "until: 18:00", "4:10: \"18:00\" is no point in time: write the date"),
        .init(
            field: "until: 2026-11-24T18:00:00", "4:10: \"2026-11-24T18:00:00\" is no point in time: write the offset"),
        .init(field: "keep-lengths: true", "4:3: a rule has no key \"keep-lengths\""),
        .init(
            field: "budget: x\n  sample: y\n  until: z", "4:11: \"x\" is no bit rate", "5:11: \"y\" is no sampling",
            "6:10: \"z\" is no point in time"),
    ]

    private static let skipping: [RuleFileTests.Case] =
        [
            ("sample", "1/2"), ("sample-by", "flow"), ("first", "1"), ("budget", "1M"), ("snaplen", "headers"),
            ("for", "1m"), ("until", "2026-11-24T18:00Z"),
        ].map { key, value in
            .init(
                "rules: [{name: a, action: Skip, \(key): \(value)}]",
                "1:\(35 + key.count): \"\(key)\" says how much is mirrored, and this rule skips all that it matches")
        }

    @Test(arguments: wrong + skipping)
    func `what is wrong is said with its place`(one: RuleFileTests.Case) {
        do {
            _ = try RuleFile.parse(text: one.text, file: "rules.yaml")
            Issue.record("it was read")
        } catch {
            let lines = error.diagnostics.map { "\($0.severity) \($0.line):\($0.column): \($0.message)" }
            #expect(lines.count == one.said.count, "\(lines)")
            for (line, expected) in zip(lines, one.said) { #expect(line.hasPrefix("error " + expected), "\(line)") }
        }
    }

    @Test func `of a rule whose action is wrong only that is said`() {
        let error = #expect(throws: RulesError.self) {
            try RuleFile.parse(text: "rules: [{name: a, action: skipp, sample: 1/2}]", file: "f")
        }
        #expect(error?.diagnostics.count == 1)
        #expect(error?.message.contains("is no action") == true)
    }

    @Test(arguments: ["sample: 1/1000", "first: 1", "budget: 1k", "for: 1s", "until: 1970-01-01T00:00Z", "snaplen: 14"])
    func `a rule hides later ones whatever it keeps`(selection: String) throws {
        let file = try RuleFile.parse(
            text: """
                rules:
                  - {name: a, action: mirror, source: 10.0.0.0/8, \(selection)}
                  - {name: b, action: mirror, source: 10.1.0.0/16, first: 5}
                """, file: "f")
        #expect(file.warnings.map(\.line) == [3])
        #expect(file.warnings.first?.message.contains("rule \"b\" never decides: rule \"a\" in line 2") == true)
    }
}
