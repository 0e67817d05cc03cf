import CommandTestSupport
import Foundation
import Lab
import TestSupport
import Testing

@testable import DaemonCommands

/// `periscope package`, by the real executable.
@Suite struct PackageTests {
    private struct Outcome {
        var status: Int32?
        var text: String
        var errorText: String
    }

    private func run(_ arguments: [String]) async throws -> Outcome {
        let result = try await PeriscopeProcess.run(["package"] + arguments, through: PeriscopeProcess.powerless)
        var status: Int32?
        if case .exited(let number) = result.status { status = number }
        return Outcome(status: status, text: result.text, errorText: result.errorText)
    }

    private static func makeSource(_ folder: TemporaryDirectory, version: String = "1.2.0") throws {
        try FileManager.default.createDirectory(atPath: folder.path("limiter"), withIntermediateDirectories: true)
        let manifest = """
            {"format": 1, "name": "limiter", "version": "\(version)", "description": "Limits.",
             "kernel": {"min": "5.10", "max": "6.18"}, "capabilities": ["CAP_BPF"],
             "programs": [{"name": "limit", "file": "limit.bpf.o", "program": "_limit", "hook": "xdp",
                           "next-program-map": "next"}],
             "user-programs": [{"name": "feeder", "start": ["feeder"], "permissions": {"writable": ["/var/log/x"]}}]}
            """
        _ = try folder.write(Array(manifest.utf8), to: "limiter/periscope-package.json")
        _ = try folder.write(Array("object \(version)".utf8), to: "limiter/limit.bpf.o")
        _ = try folder.write(Array("#!/bin/sh\n".utf8), to: "limiter/feeder")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path("limiter/feeder"))
    }

    @Test func `from a key to a package in a store, step by step`() async throws {
        let text = try Documentation.text(of: "json.md")
        let folder = try TemporaryDirectory()
        try Self.makeSource(folder)
        let archive = folder.path("limiter.tar.gz")
        let steps: [(arguments: [String], keys: Set<String>)] = [
            (["keygen", "release", "--output", folder.path("keys")], ["key", "privateKey", "publicKey"]),
            (["build", folder.path("limiter"), "--output", archive], ["file", "package", "unsignedReason", "keys"]),
            (["sign", archive, "--key", folder.path("keys/release.key")], ["signers", "signed", "manifestDigest"]),
            (["verify", archive, "--trust", folder.path("keys")], ["verified", "digest"]),
            (["show", archive], ["userPrograms", "nextProgramMap", "writable", "executable", "min", "max"]),
            (
                ["publish", archive, "--repository", "file://" + folder.path("repository"), "--latest"],
                ["file", "published"]
            ),
            (
                [
                    "fetch", "limiter", "latest", "--repository", "file://" + folder.path("repository"), "--key",
                    folder.path("keys/release.pub"), "--store", folder.path("store"),
                ], ["path", "downloaded", "repository", "platform", "artifact"]
            ),
        ]
        for step in steps {
            let outcome = try await run(step.arguments + ["--json"])
            #expect(outcome.status == 0, "\(step.arguments): \(outcome.errorText)")
            let json = try JSON(outcome.text)
            let keys = json.allKeys
            #expect(keys.isSuperset(of: step.keys), "\(step.arguments): \(keys)")
            for key in keys { #expect(text.contains("`\(key)`"), "docs/json.md lacks \(key)") }
        }
        let verified = try await run(["verify", archive, "--key", folder.path("keys/release.pub"), "--json"])
        let report = try JSON(verified.text)
        #expect(report["verified"].bool == true)
        #expect(report["package"]["signers"][0]["name"].string == "release")
        let fetched = try await run([
            "fetch", "limiter", "1.2.0", "--repository", "file://" + folder.path("repository"), "--key",
            folder.path("keys/release.pub"), "--store", folder.path("store"), "--json",
        ])
        let package = try JSON(fetched.text)
        #expect(package["digest"].string == report["digest"].string)
        let path = try #require(package["path"].string)
        #expect(FileManager.default.isExecutableFile(atPath: path + "/feeder"))
    }

    @Test func `people get lines`() async throws {
        let folder = try TemporaryDirectory()
        try Self.makeSource(folder)
        let archive = folder.path("limiter.tar.gz")
        #expect(
            try await run(["build", folder.path("limiter"), "--output", archive]).text.contains(
                "limiter 1.2.0, 2 files, unsigned"))
        #expect(try await run(["keygen", "k", "--output", folder.path("")]).text.contains("for you alone"))
        #expect(try await run(["sign", archive, "--key", folder.path("k.key")]).text.contains("signed by"))
        #expect(try await run(["verify", archive, "--key", folder.path("k.pub")]).text.contains("signed by k ("))
        let shown = try await run(["show", archive]).text
        for part in [
            "limiter 1.2.0: Limits.", "5.10 to 6.18", "CAP_BPF", "_limit in limit.bpf.o, xdp", "calls the next by next",
            "/var/log/x", "feeder*",
        ] {
            #expect(shown.contains(part), "\(shown)")
        }
    }

    /// What is done to the folder first, the command, the status it ends with, and what it says.
    @Test(
        arguments: [
            ("true", ["verify", "@/limiter.tar.gz"], 64, "--trust"),
            ("true", ["verify", "@/none.tar.gz", "--key", "@/k.pub"], 66, "none.tar.gz"),
            ("true", ["verify", "@/limiter.tar.gz", "--key", "@/none.pub"], 66, "none.pub"),
            ("true", ["verify", "@/limiter.tar.gz", "--key", "@/k.pub"], 1, "unsigned"),
            ("echo x > x.tar.gz", ["verify", "@/x.tar.gz", "--key", "@/k.pub"], 1, "x.tar.gz"),
            ("true", ["verify", "@/limiter", "--key", "@/k.pub"], 64, ".tar.gz or .zip"),
            ("chmod 644 k.key", ["sign", "@/limiter.tar.gz", "--key", "@/k.key"], 66, "chmod 600"),
            ("true", ["sign", "@/limiter.tar.gz", "--key", "@/k.pub"], 66, "can be read by others"),
            ("true", ["keygen", "k", "--output", "@"], 1, "k.key"),
            ("true", ["keygen", "../k"], 64, "no name of a key"),
            ("true", ["build", "@/limiter", "--output", "@/limiter.tar.gz"], 1, "there already"),
            ("true", ["build", "@/nothing"], 66, "nothing"),
            ("sed -i s/format/fromat/ limiter/*.json", ["build", "@/limiter"], 64, "periscope-package.json:1:1: "),
            ("true", ["build", "@/limiter", "--output", "@/x.zip"], 64, ".tar.gz"),
            ("true", ["publish", "@/limiter.tar.gz", "--repository", "https://h/"], 64, "web server"),
            ("true", ["publish", "@/limiter.tar.gz", "--repository", "@/r", "--platform", "../x"], 64, "platform"),
            ("true", ["fetch", "limiter", "1", "--repository", "ftp://h", "--allow-unsigned"], 64, "ftp"),
            (
                "true", ["fetch", "limiter", "9", "--repository", "file://@", "--allow-unsigned", "--store", "@/s"], 69,
                "there is no package limiter 9"
            ),
            (
                "true",
                ["fetch", "limiter", "9", "--repository", "http://127.0.0.1:1", "--allow-unsigned", "--store", "@/s"],
                69,
                "127.0.0.1:1"
            ),
            ("true", ["fetch", "..", "1", "--repository", "file://@", "--allow-unsigned"], 64, "package"),
            ("true", ["fetch", "limiter", "../1", "--repository", "file://@", "--allow-unsigned"], 64, "version"),
        ] as [(String, [String], Int32, String)])
    func `a command that fails says why, with the status of the manual`(
        preparation: String, arguments: [String], status: Int32, words: String
    ) async throws {
        let folder = try TemporaryDirectory()
        let root = String(folder.path("").dropLast())
        try Self.makeSource(folder)
        _ = try await run(["keygen", "k", "--output", root])
        _ = try await run(["build", folder.path("limiter"), "--output", folder.path("limiter.tar.gz")])
        try Tool("sh").run("-c", "cd \"$1\" && \(preparation)", "sh", root)
        let outcome = try await run(arguments.map { $0.replacing("@", with: root) })
        #expect(outcome.status == status, "\(outcome.errorText)")
        #expect(outcome.errorText.contains(words), "\(outcome.errorText)")
        #expect(outcome.errorText.hasPrefix("periscope: "))
        #expect(!outcome.errorText.contains("periscope-package-"), "a temporary name in \(outcome.errorText)")
    }

    @Test func `a refusal is an answer for programs, too`() async throws {
        let text = try Documentation.text(of: "json.md")
        let folder = try TemporaryDirectory()
        try Self.makeSource(folder)
        let archive = folder.path("limiter.tar.gz")
        _ = try await run(["build", folder.path("limiter"), "--output", archive])
        _ = try await run(["keygen", "k", "--output", folder.path("")])
        let outcome = try await run(["verify", archive, "--key", folder.path("k.pub"), "--json"])
        #expect(outcome.status == 1)
        let json = try JSON(outcome.text)
        #expect(json.keys == ["file", "code", "message", "verified"])
        #expect(json["verified"].bool == false)
        #expect(json["code"].string == "signature")
        for key in json.keys { #expect(text.contains("`\(key)`")) }
    }

    /// Runs a command beside a web server of a directory; prints its status and the most memory that it had, in KiB.
    private static let besideServer = """
        import functools, http.server, resource, subprocess, sys, threading
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [word.replace("PORT", str(server.server_address[1])) for word in sys.argv[2:]]
        status = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
        print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
        """

    @Test func `a large package does not go through memory as a whole`() async throws {
        let folder = try TemporaryDirectory()
        try Self.makeSource(folder)
        var random = SeededGenerator(seed: 3)
        let archive = folder.path("limiter.tar.gz")
        var memory: [Int] = []
        for size in [1, 40] {
            let block = random.bytes(1 << 20)
            var bytes: [UInt8] = []
            // Beyond what gzip can look back.
            for number in 0..<size { bytes += block.map { $0 ^ UInt8(number) } }
            _ = try folder.write(bytes, to: "limiter/large")
            let repository = folder.path("repository-\(size)")
            #expect(try await run(["build", folder.path("limiter"), "--output", archive, "--replace"]).status == 0)
            #expect(try await run(["publish", archive, "--repository", repository]).status == 0)
            let said = try Tool("python3").run(
                "-c", Self.besideServer, repository, PeriscopeProcess.executable, "package", "fetch", "limiter",
                "1.2.0",
                "--repository", "http://127.0.0.1:PORT", "--allow-unsigned", "--store", folder.path("store-\(size)"))
            let numbers = said.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            try #require(numbers.count == 2 && numbers[0] == 0, "\(said)")
            memory.append(numbers[1])
        }
        #expect(memory[1] - memory[0] < 15 << 10, "\(memory) KiB for packages of 1 and 40 MiB")
    }

    @Test func `several processes fetch the same at once, and one copy is kept`() async throws {
        let folder = try TemporaryDirectory()
        try Self.makeSource(folder)
        let archive = folder.path("limiter.tar.gz")
        #expect(try await run(["build", folder.path("limiter"), "--output", archive]).status == 0)
        #expect(try await run(["publish", archive, "--repository", folder.path("repository")]).status == 0)
        let processes = try (0..<8).map { _ in
            try PeriscopeProcess.start([
                "package", "fetch", "limiter", "1.2.0", "--repository", "file://" + folder.path("repository"),
                "--allow-unsigned", "--store", folder.path("store"), "--json",
            ])
        }
        var paths: Set<String> = []
        for process in processes {
            let result = await process.wait()
            #expect(result.status == .exited(0), "\(result.errorText)")
            paths.insert(try #require(try JSON(result.text)["path"].string))
        }
        #expect(paths.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("store/packages")).count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("store/incoming")).isEmpty)
    }

    @Test func `a fetch that is killed at any moment leaves a store that works`() async throws {
        let folder = try TemporaryDirectory()
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        print("kills: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let root = String(folder.path("").dropLast())
        for version in ["1", "2", "3"] {
            try Self.makeSource(folder, version: version)
            // Many files, so that there is much that can be interrupted.
            for number in 0..<60 { _ = try folder.write(random.bytes(5000), to: "limiter/f\(number)") }
            let archive = folder.path("limiter.tar.gz")
            #expect(try await run(["build", folder.path("limiter"), "--output", archive, "--replace"]).status == 0)
            #expect(
                try await run(["publish", archive, "--repository", folder.path("repository"), "--latest"]).status == 0)
        }
        func fetch(_ version: String) -> [String] {
            [
                "package", "fetch", "limiter", version, "--repository", "file://" + folder.path("repository"),
                "--allow-unsigned", "--store", folder.path("store"), "--json",
            ]
        }
        // How long one takes that nobody kills.
        let clock = ContinuousClock()
        var usual = try await clock.measure { _ = try await PeriscopeProcess.run(fetch("1")) }
        try FileManager.default.removeItem(atPath: folder.path("store"))
        var killed = 0
        for round in 0..<60 {
            let version = random.pick(["1", "2", "3", "latest"])
            let process = try PeriscopeProcess.start(fetch(version))
            try await Task.sleep(for: usual * Double.random(in: 0...0.9, using: &random))
            process.signal(SIGKILL)
            let result = await process.wait()
            // One that came too late says that the machine is less busy than it was.
            if result.status != .exited(0) { killed += 1 } else { usual = usual * 0.8 }
            if random.once(in: 6), FileManager.default.fileExists(atPath: folder.path("store/packages")) {
                try Tool("rm").run("-rf", folder.path("store/packages"))
            }
            guard round % 5 == 4 else { continue }
            let whole = try await PeriscopeProcess.run(fetch(version))
            #expect(whole.status == .exited(0), "seed \(seed), round \(round): \(whole.errorText)")
            let path = try #require(try JSON(whole.text)["path"].string)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 63)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("store/incoming")).isEmpty)
        }
        #expect(killed >= 10, "\(killed) of 60 were killed in time, in \(root)")
    }
}
