import BPF
import Foundation
import Measuring
import Packets
import Rules
import Testing

@testable import Benchmarks

@Suite("A foreign object")
struct ForeignObjectTests {
    private static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples/exact-match").path

    /// The example, compiled as docs/benchmarks/README.md says.
    private static func compiled() throws -> String {
        let object = NSTemporaryDirectory() + "exact-match-\(UUID().uuidString).o"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            """
            clang=$(dirname "$(realpath "$(command -v swiftc)")")/clang
            "$clang" -target bpf -mcpu=v2 -O2 -g -c "$0" -o "$1" -idirafter /usr/include/$(uname -m)-linux-gnu
            """, example + "/exact-match.c", object,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return object
    }

    @Test("has its maps filled by its script with the rules that are measured")
    func filling() throws {
        let object = try Self.compiled()
        defer { try? FileManager.default.removeItem(atPath: object) }
        let foreign = try #require(ForeignObject("\(object):classify", filling: Self.example + "/fill"))
        let rules = try RuleSet.exact.rules(100)
        let loaded = try #require(try LoadedForeignObject(foreign, rules))
        let info = try loaded.program.info()
        let map = try Map.open(id: try #require(info.mapIDs.first))
        let ipv4 = rules.rules.filter { $0.sources.allSatisfy { $0.address.bitWidth == 32 } }
        #expect(try map.keys().count == ipv4.count)
        var random = SeededGenerator(seed: 1)
        for rule in ipv4 { _ = try loaded.program.testRun(Header(within: rule, &random).frame) }
        for key in try map.keys() {
            let value = try key.withUnsafeBytes { try map.lookup(key: $0) }
            #expect(value == [1, 0, 0, 0, 0, 0, 0, 0], "a rule's packet did not come to its entry")
        }
    }

    @Test("that cannot hold a list is left out where its script says so")
    func refusing() throws {
        let object = try Self.compiled()
        defer { try? FileManager.default.removeItem(atPath: object) }
        let foreign = ForeignObject(path: object, program: "classify", filling: Self.example + "/fill")
        #expect(try LoadedForeignObject(foreign, RuleSet.prefixes.rules(10)) == nil)
    }

    @Test("that is not there, or a script that fails, is an error that says so")
    func failing() throws {
        let object = try Self.compiled()
        defer { try? FileManager.default.removeItem(atPath: object) }
        let rules = try RuleSet.exact.rules(1)
        #expect(throws: LoadedForeignObject.Failure.self) {
            try LoadedForeignObject(ForeignObject(path: "/nowhere.o", program: "classify"), rules)
        }
        #expect(throws: BPFError.self) {
            try LoadedForeignObject(ForeignObject(path: object, program: "nothing"), rules)
        }
        #expect(throws: LoadedForeignObject.Failure.self) {
            try LoadedForeignObject(ForeignObject(path: object, program: "classify", filling: "/bin/false"), rules)
        }
        #expect(throws: LoadedForeignObject.Failure.self) {
            try LoadedForeignObject(ForeignObject(path: object, program: "classify", filling: "/nowhere"), rules)
        }
    }

    @Test("is named as OBJECT:PROGRAM", arguments: ["filter.o", ":classify", "filter.o:", ""])
    func naming(text: String) {
        #expect(ForeignObject(text, filling: nil) == nil)
        #expect(ForeignObject("/a/b:c/filter.o:classify", filling: nil)?.path == "/a/b:c/filter.o")
        #expect(ForeignObject("/a/b:c/filter.o:classify", filling: nil)?.name == "filter.o:classify")
    }
}
