import PackageFormat

/// Manifests: what is read and written again reads the same, and a complaint has a place.
enum ManifestFuzzer: Fuzzer {
    static let name = "manifest"

    static func test(_ input: UnsafeRawBufferPointer) {
        let bytes = Array(input)
        let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        do throws(PackageError) {
            let manifest = try Manifest(readingSource: bytes)
            check(manifest)
        } catch {
            expect(error.code == .manifest || error.code == .tooLarge, "another kind of failure: \(error)")
            expect(!error.message.contains("\n"), "a message of two lines: \(error)")
            guard error.code == .manifest else { return }
            let place = error.position
            expect(place.map { (1...lines).contains($0.line) && $0.column > 0 } == true, "a place outside: \(error)")
        }
    }

    private static func check(_ manifest: Manifest) {
        let text = Array(manifest.text.utf8)
        let again = require("a manifest that was written is not read") { try Manifest(readingSource: text) }
        expect(again == manifest, "\(manifest) became \(again)")
        expect(Array(again.text.utf8) == text, "a manifest has two texts")
        for path in manifest.files.keys {
            expect(!path.text.hasPrefix("/") && !path.parts.contains(".."), "a path that leads out: \(path)")
        }
        // Complete, it is a package's manifest; or what it names is not among its files.
        do throws(PackageError) {
            let complete = try Manifest(reading: text)
            expect(complete == manifest, "\(manifest) is \(complete) as a package's")
            for program in complete.programs { expect(complete.files[program.file] != nil, "\(program.file)") }
        } catch { expect(error.code == .manifest, "another kind of failure: \(error)") }
    }

    static func seeds() throws -> [Seed] {
        let digest = String(repeating: "0a", count: 32)
        let full = """
            {"format": 1, "name": "limiter", "version": "1.2.0", "description": "\\u00fc\\ud83d\\ude00",
             "kernel": {"min": "5.10", "max": "6.18"}, "capabilities": ["CAP_BPF", "CAP_NET_ADMIN"],
             "programs": [{"name": "limit", "file": "d/x.o", "program": "_x", "hook": "tc-egress", "next-program-map": "n"}],
             "user-programs": [{"name": "f", "start": ["f", "-x"], "stop": ["f"], "status": ["f"], "daemon": false,
               "permissions": {"capabilities": [], "network": true, "writable": ["/var/x"]}}],
             "files": {"d/x.o": {"sha256": "\(digest)", "size": 12}, "f": {"sha256": "\(digest)", "size": 0, "executable": true}}}
            """
        return [
            Seed("everything", full), Seed("least", #"{"format":1,"name":"a","version":"1"}"#),
            Seed("twice", #"{"format":1,"format":1}"#), Seed("nested", String(repeating: "[", count: 30)),
            Seed("escapes", #"["\u0000\ud800", 1e9, -0.5, tru]"#),
        ]
    }
}
