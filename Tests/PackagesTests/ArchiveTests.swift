import Foundation
import TestSupport
import Testing

@testable import PackageFormat

@Suite struct ArchiveTests {
    static let limits = ArchiveLimits(archiveBytes: 8 << 20, totalBytes: 4 << 20, entries: 1000, ratio: 20)

    private static func extract(
        _ path: String, into folder: TemporaryDirectory, limits: ArchiveLimits = limits
    ) throws(PackageError) {
        try Extraction.run(
            FileDescriptor(reading: path), format: ArchiveFormat(of: path), into: Directory(folder.path("")), as: "out",
            limits: limits)
    }

    private static func archives() throws -> (TemporaryDirectory, [String]) {
        let folder = try TemporaryDirectory()
        try Tool("python3").run(Fixture.path("Programs/archives.py"), folder.path(""))
        return (folder, try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted())
    }

    @Test func `archives of every kind are unpacked`() throws {
        let (folder, names) = try Self.archives()
        let good = names.filter { $0.contains(".ok.") }
        #expect(good.count == 7)
        for name in good {
            let target = try TemporaryDirectory()
            try Self.extract(folder.path(name), into: target)
            #expect(
                try Fixture.tree(target.path("out")) == [
                    "p/a": Array("contents\n".utf8), "p/sub/run": Array("#!/bin/sh\n".utf8),
                ],
                "\(name)")
            let modes = try ["p", "p/a", "p/sub", "p/sub/run"].map { path in
                let attributes = try FileManager.default.attributesOfItem(atPath: target.path("out/\(path)"))
                return attributes[.posixPermissions] as? Int
            }
            #expect(modes == [0o755, 0o644, 0o755, 0o755], "\(name)")
        }
    }

    @Test func `no hostile archive leaves anything behind, inside or outside`() throws {
        let (folder, names) = try Self.archives()
        let bad = names.filter { $0.contains(".bad.") }
        #expect(bad.count > 55)
        for name in bad {
            let target = try TemporaryDirectory()
            let error = failure { () throws(PackageError) in try Self.extract(folder.path(name), into: target) }
            let expected: Set<PackageError.Code> =
                ["entries", "directories", "bytes", "ratio", "sparse", "zip-bomb", "zip-entries"]
                    .contains(name.prefix { $0 != "." }) ? [.tooLarge] : [.archive]
            #expect(error.map { expected.contains($0.code) } == true, "\(name): \(error?.message ?? "was unpacked")")
            #expect(error?.message.contains(name) == true, "\(name): \(error?.message ?? "")")
            #expect(error?.message.contains("\n") != true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: target.path("")).isEmpty, "\(name)")
        }
        #expect(!FileManager.default.fileExists(atPath: "/tmp/periscope-escaped"))
    }

    @Test func `what tar, bsdtar and zip make of random files is what comes out`() throws {
        let seed = seed("archives")
        var random = SeededGenerator(seed: seed)
        for round in 0..<6 {
            let folder = try TemporaryDirectory()
            var files: [String: [UInt8]] = [:]
            for number in 0..<Int.random(in: 1...30, using: &random) {
                let depth = Int.random(in: 0...4, using: &random)
                let parents = (0..<depth).map { _ in "d\(Int.random(in: 0...2, using: &random))/" }.joined()
                let name =
                    "p/" + parents + "file \(number)" + String(repeating: "n", count: random.once(in: 4) ? 150 : 0)
                let size = random.once(in: 5) ? 0 : Int.random(in: 1...200_000, using: &random)
                files[name] = random.bytes(size)
            }
            for (name, bytes) in files {
                let path = folder.path(name)
                try FileManager.default.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try Data(bytes).write(to: URL(fileURLWithPath: path))
            }
            let root = folder.path("")
            try Tool("tar").run("-C", root, "-czf", folder.path("gnu.tar.gz"), "p")
            try Tool("tar").run("-C", root, "--format=posix", "-czf", folder.path("posix.tar.gz"), "./p")
            try Tool("bsdtar").run("-C", root, "-czf", folder.path("bsd.tar.gz"), "p")
            try Tool("sh").run("-c", "cd \"$1\" && zip -qr zip.zip p", "sh", root)
            for archive in ["gnu.tar.gz", "posix.tar.gz", "bsd.tar.gz", "zip.zip"] {
                let target = try TemporaryDirectory()
                try Self.extract(folder.path(archive), into: target, limits: ArchiveLimits())
                #expect(try Fixture.tree(target.path("out")) == files, "seed \(seed), round \(round), \(archive)")
            }
        }
    }

    @Test func `an archive cut off anywhere is refused`() throws {
        let folder = try TemporaryDirectory()
        var random = SeededGenerator(seed: 5)
        try FileManager.default.createDirectory(atPath: folder.path("p"), withIntermediateDirectories: true)
        _ = try folder.write(random.bytes(3000), to: "p/a")
        try Tool("tar").run("-C", folder.path(""), "-czf", folder.path("whole.tar.gz"), "p")
        try Tool("sh").run("-c", "cd \"$1\" && zip -qr whole.zip p", "sh", folder.path(""))
        for name in ["whole.tar.gz", "whole.zip"] {
            let whole = try folder.read(name)
            for length in Array(stride(from: 0, to: whole.count, by: 7)) + [whole.count - 1] {
                let target = try TemporaryDirectory()
                let path = try target.write(Array(whole.prefix(length)), to: name)
                let error = failure { () throws(PackageError) in try Self.extract(path, into: target) }
                #expect(error?.code == .archive, "\(length) of \(whole.count) bytes of \(name)")
                #expect(!FileManager.default.fileExists(atPath: target.path("out")))
            }
        }
    }

    @Test func `the limits are exact`() throws {
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder.path("p"), withIntermediateDirectories: true)
        for name in ["a", "b", "c"] { _ = try folder.write([UInt8](repeating: 7, count: 1000), to: "p/\(name)") }
        try Tool("tar").run("-C", folder.path(""), "-czf", folder.path("x.tar.gz"), "p")
        let size = try folder.read("x.tar.gz").count
        func code(_ limits: ArchiveLimits) throws -> PackageError.Code? {
            let target = try TemporaryDirectory()
            return failure { () throws(PackageError) in
                try Self.extract(folder.path("x.tar.gz"), into: target, limits: limits)
            }?.code
        }
        #expect(try code(ArchiveLimits(totalBytes: 3000)) == nil)
        #expect(try code(ArchiveLimits(totalBytes: 2999)) == .tooLarge)
        #expect(try code(ArchiveLimits(entries: 4)) == nil)
        #expect(try code(ArchiveLimits(entries: 3)) == .tooLarge)
        #expect(try code(ArchiveLimits(archiveBytes: size)) == nil)
        #expect(try code(ArchiveLimits(archiveBytes: size - 1)) == .tooLarge)
        #expect(try code(ArchiveLimits(duration: .zero)) == .timedOut)
    }

    @Test func `what is there already is not touched`() throws {
        let (folder, _) = try Self.archives()
        let target = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: target.path("out"), withIntermediateDirectories: true)
        _ = try target.write([1], to: "out/mine")
        let error = failure { () throws(PackageError) in try Self.extract(folder.path("gnu.ok.tar.gz"), into: target) }
        #expect(error?.code == .alreadyExists)
        #expect(try target.read("out/mine") == [1])
    }

    @Test(arguments: ["x.tar", "x.tgz", "x.tar.xz", "x", "tar.gz", "x.zip.exe"])
    func `other formats are refused by name`(name: String) {
        #expect(failure { () throws(PackageError) in try ArchiveFormat(of: name) }?.code == .invalid)
    }

    @Test func `the writer's archives are the same each time, and tar reads them`() throws {
        let folder = try TemporaryDirectory()
        let source = try Fixture.source(folder)
        let long = "d/" + String(repeating: "n", count: 190)
        try FileManager.default.createDirectory(atPath: source + "/d", withIntermediateDirectories: true)
        try Data([9]).write(to: URL(fileURLWithPath: source + "/" + long))
        var made: [[UInt8]] = []
        for name in ["one.tar.gz", "two.tar.gz"] {
            let directory = try Directory(folder.path(""))
            let file = try directory.makeFile(name)
            try ArchiveWriter.write(Directory(source), top: PackageName("top"), to: file)
            made.append(try folder.read(name))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: source + "/limit.bpf.o")
        }
        #expect(made[0] == made[1])
        let listing = try Tool("tar").run("-tzf", folder.path("one.tar.gz")).split(separator: "\n").map(String.init)
        #expect(
            listing == [
                "top/", "top/bin/", "top/bin/feeder", "top/d/", "top/\(long)", "top/limit.bpf.o",
                "top/\(Manifest.fileName)",
            ])
        try FileManager.default.createDirectory(atPath: folder.path("by-tar"), withIntermediateDirectories: true)
        try Tool("tar").run("-C", folder.path("by-tar"), "-xzf", folder.path("one.tar.gz"))
        #expect(try Fixture.tree(folder.path("by-tar/top")) == Fixture.tree(source))
    }
}
