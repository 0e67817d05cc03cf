import TestSupport
import Testing

@testable import PackageFormat

@Suite struct ManifestTests {
    private static let digest = String(repeating: "0f", count: 32)
    /// A manifest with everything in it.
    private static let full = """
        {
          "format": 1,
          "name": "limiter",
          "version": "1.2.0",
          "description": "Limits \\"things\\", ü.",
          "kernel": {
            "min": "5.10",
            "max": "6.18"
          },
          "capabilities": ["CAP_BPF", "CAP_NET_ADMIN"],
          "programs": [
            {
              "name": "limit",
              "file": "limit.bpf.o",
              "program": "_xdp_limit",
              "hook": "xdp",
              "next-program-map": "next"
            },
            {
              "name": "count",
              "file": "limit.bpf.o",
              "program": "count",
              "hook": "tc-egress"
            }
          ],
          "user-programs": [
            {
              "name": "feeder",
              "start": ["bin/feeder", "--fast", "two words"],
              "stop": ["bin/feeder", "--stop"],
              "status": ["bin/feeder", "--status"],
              "daemon": true,
              "permissions": {
                "capabilities": ["CAP_NET_RAW"],
                "network": true,
                "writable": ["/var/log/limiter"]
              }
            }
          ],
          "files": {
            "bin/feeder": {
              "sha256": "\(digest)",
              "size": 17,
              "executable": true
            },
            "limit.bpf.o": {
              "sha256": "\(digest)",
              "size": 0
            }
          }
        }

        """

    @Test func `a manifest is read, and written as it was`() throws {
        let manifest = try Manifest(reading: Array(Self.full.utf8))
        #expect(manifest.name.text == "limiter")
        #expect(manifest.kernel.contains(.init(6, 18)) && !manifest.kernel.contains(.init(6, 19)))
        #expect(manifest.kernel.contains(.init(5, 10)) && !manifest.kernel.contains(.init(5, 9)))
        #expect(manifest.capabilities.map(\.number) == [39, 12])
        #expect(manifest.programs.map(\.hook) == [.xdp, .tcEgress])
        #expect(manifest.programs.map(\.nextProgramMap) == ["next", nil])
        #expect(manifest.userPrograms.first?.start == ["bin/feeder", "--fast", "two words"])
        #expect(manifest.userPrograms.first?.permissions.writable == ["/var/log/limiter"])
        #expect(manifest.files[try PackagePath("bin/feeder")]?.isExecutable == true)
        #expect(manifest.text == Self.full)
    }

    /// What is replaced in the full manifest by what, where that is seen, and a word of the message.
    @Test(arguments: [
        ("\"format\": 1", "\"format\": 2", "2:13", "format is not 1"),
        ("\"format\": 1", "\"format\": \"1\"", "2:13", "format"),
        ("  \"format\": 1,\n", "", "1:1", "no \"format\""), ("\"limiter\"", "\"../limiter\"", "3:11", "no name"),
        ("\"1.2.0\"", "12", "4:14", "a text in quotes, not a number"),
        ("\"description\"", "\"descripion\"", "5:3", "no field"),
        ("\"min\": \"5.10\"", "\"min\": \"5.10.1\"", "7:12", "write it as"),
        ("\"max\": \"6.18\"", "\"max\": \"4.19\"", "6:13", "no kernel is from"),
        ("\"CAP_NET_ADMIN\"", "\"net_admin\"", "10:31", "no capability"),
        ("\"CAP_NET_ADMIN\"", "\"CAP_BPF\"", "10:31", "twice"),
        ("\"xdp\"", "\"xpd\"", "16:15", "there are xdp, tc-ingress"),
        (
            "\"file\": \"limit.bpf.o\",\n      \"program\": \"count\"",
            "\"file\": \"x.o\",\n      \"program\": \"count\"", "21:15", "not among"
        ),
        ("\"name\": \"count\"", "\"name\": \"limit\"", "19:5", "two of the name"),
        ("\"next-program-map\": \"next\"", "\"next-program-map\": \"\"", "17:27", "empty"),
        ("[\"bin/feeder\", \"--stop\"]", "[\"limit.bpf.o\"]", "30:16", "not executable"),
        ("[\"bin/feeder\", \"--stop\"]", "[]", "30:15", "name the file"),
        ("\"--status\"", "\"a\\u0000b\"", "31:32", "control"),
        ("\"network\": true", "\"network\": 1", "35:20", "true or false"),
        ("\"/var/log/limiter\"", "\"/var/../etc\"", "36:22", "absolute"),
        ("\"size\": 17", "\"size\": -1", "43:15", "whole"),
        ("\"size\": 17", "\"size\": 1.5", "43:15", "whole"), ("\"size\": 17", "\"sise\": 17", "41:19", "no \"size\""),
        ("\"limit.bpf.o\": {", "\"./limit.bpf.o\": {", "46:5", "write"),
        ("\"limit.bpf.o\": {", "\"/etc/x\": {", "46:5", "absolute"),
        ("\"limit.bpf.o\": {", "\"periscope-package.sig\": {", "46:5", "not listed"),
        ("\"executable\": true", "\"executable\": true, \"mode\": 7", "44:27", "no field"),
        (
            "\(digest)\",\n      \"size\": 0", "0F\(digest.dropFirst(2))\",\n      \"size\": 0", "47:17",
            "64 hexadecimal"
        ),
        ("  \"files\"", "  \"files\": {}, \"files\"", "40:16", "twice"),
        ("\"daemon\": true", "\"daemon\": true, \"user\": \"root\"", "32:23", "no field"),
    ])
    func `what is not understood is refused with its place`(
        old: String, new: String, place: String, words: String
    ) throws {
        let text = Self.full.replacing(old, with: new, maxReplacements: 1)
        try #require(text != Self.full)
        let error = failure { () throws(PackageError) in try Manifest(reading: Array(text.utf8), file: "m.json") }
        #expect(error?.code == .manifest)
        #expect(error?.position?.description == place, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix("m.json:\(place): ") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `a source need not list files, a package must`() throws {
        let text = #"{"format": 1, "name": "a", "version": "1"}"#
        #expect(try Manifest(readingSource: Array(text.utf8)).files.isEmpty)
        let error = failure { () throws(PackageError) in try Manifest(reading: Array(text.utf8)) }
        #expect(error?.message.contains("no \"files\"") == true)
    }

    @Test func `a manifest of more than a mebibyte is not read`() {
        let bytes = [UInt8](repeating: 0x20, count: Manifest.longest + 1)
        #expect(failure { () throws(PackageError) in try Manifest(reading: bytes) }?.code == .tooLarge)
    }

    @Test(arguments: [
        ("6.1.0-23-amd64", "6.1"), ("5.10.0", "5.10"), ("6.18-rc3", "6.18"), ("7.3", "7.3"), ("6", nil), ("", nil),
        ("x.1", nil), ("6.x", nil),
    ])
    func `a running kernel's release has its version in front`(release: String, version: String?) {
        #expect(KernelRange.Version(release: release)?.description == version)
    }

    @Test(arguments: ["", "5", "5.", ".10", "5.10.1", "v5.10", "+5.10", "5.-1", "99999.1", "5 .1"])
    func `kernels have two numbers`(text: String) {
        #expect(KernelRange.Version(text) == nil)
    }
}
