import TestSupport
import Testing

@testable import Rules

struct RuleDocumentTests {
    private static let files = [
        """
        rules: # two
        - name: "a"
          action: mirror
          source: ["2001:db8::/32", 10.0.0.0/8]
          destination-port: [80, 1000-2000]
          tcp-flags: {set: syn, unset: [ack]}
        - {name: 'b', action: skip, vlan: [none, 7], protocol: udp, direction: both}
        """,
        "{\r\n\t\"rules\": [{\"name\": \"a\\u00e9\", \"action\": \"mirror\", \"source\": [\"::\\/0\", \"1.2.3.4\"]},\r\n"
            + "\t{\"name\": \"b\", \"action\": \"skip\"}]}\r\n",
        """
        %YAML 1.1
        ---
        rules:
          - ? name
            : >-
              folded
              text é
            action: |
              literal
          - !!map {!!str name: !own x, ! action: "a\\x41 b
              c", ~: null, : ,}
          -
            - nested:
                deep: {a: [b, {c: d}]}
        ...
        """,
    ]
    private static let pieces = [
        "- ", ": ", "[", "]", "{", "}", "\"", "'", "\n", "\r\n", "\t", "? ", "| ", "> ", "!!x ", "!", "# ", "\u{85}",
        "~", "\n---\n", "name: x\n", "  name: y\n", "a: 1, a: 2, ", "\"a\": 1, ", "e\u{301}: 1\né: 2\n", "\u{1}",
        "\u{fffe}",
    ]

    /// Whole and damaged texts: the nodes, the places and the complaints are those of Yams.
    @Test
    func `a document is what Yams reads`() {
        var (read, refused, repeated) = (0, 0, 0)
        for seed in UInt64(0)..<6000 {
            var random = SeededGenerator(seed: seed)
            var text = Array(random.pick(Self.files).unicodeScalars)
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: text.remove(at: place)
                case 1, 2: text.insert(contentsOf: random.pick(Self.pieces).unicodeScalars, at: place)
                case 3:
                    // A line twice, as it happens in editors.
                    let start = text[..<place].lastIndex(of: "\n").map { $0 + 1 } ?? 0
                    let end = text[place...].firstIndex(of: "\n").map { $0 + 1 } ?? text.count
                    text.insert(contentsOf: text[start..<end], at: start)
                default:
                    let end = min(text.count, place + Int.random(in: 1...40, using: &random))
                    text.insert(contentsOf: text[place..<end], at: Int.random(in: 0..<text.count, using: &random))
                }
            }
            var string = ""
            string.unicodeScalars.append(contentsOf: text)

            var diagnostics = DiagnosticList(file: "f")
            let root = RuleDocument(string, &diagnostics).root
            // Yams would follow aliases; that there are none has tests of its own.
            guard !diagnostics.all.contains(where: { $0.message.contains("anchors") }) else { continue }
            let expected = YamsDocument(string)
            // Yams takes collections for keys and compares them, which no rule file needs.
            guard !expected.complaints.contains(where: { $0.contains("<uncovertable>") }) else { continue }
            let said = diagnostics.all.map(Self.complaint)
            if expected.isUnfinished {
                #expect(Set(said).isSuperset(of: expected.complaints), "seed \(seed)")
                repeated += 1
                continue
            }
            #expect(root.map(Self.lines) == expected.outline, "seed \(seed)")
            #expect(said.count == expected.complaints.count, "seed \(seed)")
            for complaint in expected.complaints {
                // What is added to libyaml's words explains them.
                #expect(said.contains { $0.contains(complaint) }, "seed \(seed): \(complaint), not \(said)")
            }
            if root == nil { refused += 1 } else { read += 1 }
            if said.contains(where: { $0.contains("given again") }) { repeated += 1 }
        }
        #expect(read > 1000 && refused > 1000 && repeated > 100, "\(read) \(refused) \(repeated)")
    }

    private static func complaint(_ diagnostic: RuleDiagnostic) -> String {
        "\(diagnostic.line):\(diagnostic.column): \(diagnostic.message)"
    }

    private static func lines(of node: FileNode) -> [String] {
        let start = "\(node.position.line):\(node.position.column)"
        switch node.content {
        case .scalar(let scalar):
            return [
                "\(start) \(scalar.isPlain ? "plain" : "quoted")\(scalar.tag.map { " \($0)" } ?? "") \(scalar.text)"
            ]
        case .sequence(let nodes):
            return ["\(start) list"] + nodes.flatMap(lines) + ["end"]
        case .mapping(let entries):
            return ["\(start) mapping"]
                + entries.flatMap { entry -> [String] in
                    let key = entry.key.position
                    let name = entry.isRepeated ? ["\(key.line):\(key.column) given again"] : lines(of: entry.key)
                    return name + lines(of: entry.value)
                } + ["end"]
        }
    }

    @Test
    func `of many repeated keys twenty-one are named`() {
        var diagnostics = DiagnosticList(file: "f")
        let text = "rules: []\n" + String(repeating: "a: 1\n", count: 100)
        #expect(RuleDocument(text, &diagnostics).root == nil)
        #expect(diagnostics.all.map(\.line) == Array(2...22))
    }

    /// Keys that begin with no letter are no worse than others.
    @Test
    func `every repeated key is named, and reading goes on`() {
        var diagnostics = DiagnosticList(file: "f")
        let root = RuleDocument("{1: a, '': b, 1: c, '': d, 1: e}\n", &diagnostics).root
        #expect(diagnostics.all.map(Self.complaint).map { $0.prefix(6) } == ["1:2: \"", "1:8: \"", "1:15: "])
        #expect(root != nil)
    }

    @Test
    func `many keys of one mapping are compared in little time`() {
        var diagnostics = DiagnosticList(file: "f")
        let text = (0..<200_000).map { "k\($0): v\n" }.joined() + "k7: w\n"
        #expect(RuleDocument(text, &diagnostics).root != nil)
        #expect(diagnostics.all.map(\.line) == [8])
    }
}
