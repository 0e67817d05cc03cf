import Foundation
import TestSupport
import Testing

@testable import PackageFormat

@Suite struct JSONReaderTests {
    @Test(arguments: [
        (#"{"a":1,"a":2}"#, 7, "twice"), (#"{"a" 1}"#, 5, "':'"), ("[1,]", 3, "value"), ("[1 2]", 3, "']'"),
        ("", 0, "ends"),
        ("01", 0, "number"), ("1.", 0, "number"), ("-", 0, "number"), ("1e", 0, "number"), ("nul", 0, "value"),
        ("{} {}", 3, "follows"), ("\"\u{1}\"", 1, "escaped"), (#""\x""#, 1, "escape"), (#""\ud800""#, 1, "surrogate"),
        (#""\ud800A""#, 1, "surrogate"), (#""\udc00""#, 1, "surrogate"), (#""\u12g4""#, 1, "hexadecimal"),
        ("\"abc", 4, "quotes"), ("{\"a\":1,}", 7, "name"), ("'a'", 0, "value"), ("\u{feff}{}", 0, "value"),
        ("NaN", 0, "value"),
        (String(repeating: "[", count: 40), 17, "deep"), (#""\ud83d\n""#, 1, "surrogate"), ("+1", 0, "value"),
    ])
    func `what is no JSON is refused with its place`(text: String, offset: Int, word: String) {
        do throws(JSONReader.Complaint) {
            _ = try JSONReader.read(Array(text.utf8))
            Issue.record("\(text) was read")
        } catch {
            #expect(error.offset == offset, "\(error.message)")
            #expect(error.message.contains(word), "\(error.message)")
        }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        for bytes: [UInt8] in [[0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]] {
            #expect(throws: JSONReader.Complaint.self) { try JSONReader.read(bytes) }
        }
    }

    /// Python's reader, made as strict as RFC 8259 says.
    private static let oracle = """
        import json, sys
        def once(pairs):
            if len({key for key, value in pairs}) != len(pairs): raise ValueError("twice")
            return dict(pairs)
        def refuse(text): raise ValueError(text)
        def depth(value):
            inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            return 1 + max(map(depth, inner), default=-1)
        for line in open(sys.argv[1]):
            try:
                value = json.loads(bytes.fromhex(line).decode("utf-8"), object_pairs_hook=once, parse_constant=refuse)
                json.dumps(value, ensure_ascii=False).encode("utf-8")
                print("yes" if depth(value) <= 16 else "no")
            except (ValueError, RecursionError):
                print("no")
        """

    @Test func `reads what Python reads, and nothing else`() throws {
        let seed = seed("JSON")
        var random = SeededGenerator(seed: seed)
        let base = Array(
            #"{"format": 1, "n\u00e4me\\": ["x", -1.5e+3, true, null, {"k": "\ud83d\ude00", "e": ""}], "ü": [[[]], {}]}"#
                .utf8)
        let pieces = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "e", ".", "u", " ", "\n", "null", "\u{1}", "ä",
        ]
        var texts: [[UInt8]] = [base]
        for _ in 0..<4000 {
            var text = base
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let at = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: text.remove(at: at)
                case 1: text.insert(contentsOf: Array(random.pick(pieces).utf8), at: at)
                case 2: text[at] = UInt8.random(in: 0...255, using: &random)
                default: text.replaceSubrange(at..<(at + 1), with: Array(random.pick(pieces).utf8))
                }
            }
            texts.append(text)
        }
        let folder = try TemporaryDirectory()
        let path = try folder.write(Array(texts.map(\.hexadecimal).joined(separator: "\n").utf8), to: "texts")
        let answers = try Tool("python3").run("-c", Self.oracle, path).split(separator: "\n")
        try #require(answers.count == texts.count)
        #expect(answers.contains("no") && answers.count { $0 == "yes" } > 100)
        for (text, answer) in zip(texts, answers) {
            let isRead = (try? JSONReader.read(text)) != nil
            #expect(isRead == (answer == "yes"), "seed \(seed): \(String(decoding: text, as: UTF8.self))")
        }
    }
}
