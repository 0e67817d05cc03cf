import Foundation
import PackageFormat
import TestSupport
import Testing

@testable import Packages

@Suite struct PackageFileTests {
    @Test func `a package says what is in it, and its digests are those of sha256sum`() throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        let path = try Fixture.package(folder, key: key)
        let inspection = try PackageFile(path).inspect(trust: Fixture.trust(key), allowsUnsigned: false)
        #expect(inspection.verification.signers.map(\.name) == ["release"])
        #expect(inspection.keys == [key.publicKey.identifier])
        #expect(inspection.directory == "limiter")
        #expect(inspection.verification.manifest?.version.text == "1.2.0")
        try Tool("tar").run("-C", folder.path(""), "-xzf", path)
        func sum(_ path: String) throws -> String { String(try Tool("sha256sum").run(path).prefix(64)) }
        #expect(try sum(path) == inspection.digest.description)
        #expect(
            try sum(folder.path("limiter/" + Manifest.fileName)) == inspection.verification.manifestDigest?.description)
        #expect(inspection.verification.files.count == 2)
        for (file, facts) in inspection.verification.files {
            #expect(try sum(folder.path("limiter/\(file)")) == facts.digest.description)
        }
    }

    @Test func `the same files give the same archive`() throws {
        let folders = try [TemporaryDirectory(), TemporaryDirectory()]
        let key = PrivateKey()
        let made = try folders.map { folder in
            let path = try Fixture.package(folder, key: key)
            return try folder.read(String(path.dropFirst(folder.path("").count)))
        }
        #expect(made[0] == made[1])
    }

    @Test func `what cannot be a package is not built`() throws {
        let folder = try TemporaryDirectory()
        let source = try Fixture.source(folder)
        func build(_ name: String = "limiter.tar.gz") -> PackageError? {
            failure { () throws(PackageError) in
                try PackageFile(folder.path(name)).build(from: source, replacing: false)
            }
        }
        #expect(build("x.zip")?.code == .invalid)
        #expect(build() == nil)
        #expect(build()?.code == .alreadyExists)
        try FileManager.default.createSymbolicLink(atPath: source + "/link", withDestinationPath: "limit.bpf.o")
        #expect(build("b.tar.gz")?.message.contains("/link") == true)
        try FileManager.default.removeItem(atPath: source + "/link")
        try FileManager.default.removeItem(atPath: source + "/limit.bpf.o")
        #expect(build("b.tar.gz")?.message.contains("\"limit.bpf.o\" is not among") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path("b.tar.gz")))
        try FileManager.default.removeItem(atPath: source + "/" + Manifest.fileName)
        #expect(build("b.tar.gz")?.code == .notFound)
    }

    @Test func `signatures add up, and each is checked`() throws {
        let folder = try TemporaryDirectory()
        let keys = [PrivateKey(), PrivateKey(), PrivateKey()]
        let path = try Fixture.package(folder)
        let file = PackageFile(path)
        let none = failure { () throws(PackageError) in
            try file.inspect(trust: Fixture.trust(keys[0]), allowsUnsigned: false)
        }
        #expect(none?.code == .signature)
        #expect(none?.message.contains("periscope package sign") == true)
        for key in keys[..<2] { _ = try file.sign(with: key) }
        // Again by the same key: not two.
        _ = try file.sign(with: keys[0])
        for key in keys[..<2] {
            #expect(try file.inspect(trust: Fixture.trust(key), allowsUnsigned: false).verification.isSigned)
        }
        #expect(try file.inspect(trust: TrustStore()).keys.count == 2)
        let unknown = failure { () throws(PackageError) in
            try file.inspect(trust: Fixture.trust(keys[2]), allowsUnsigned: false)
        }
        #expect(unknown?.code == .signature)
        #expect(unknown?.message.contains(keys[1].publicKey.identifier.text) == true)
        let allowed = try file.inspect(trust: Fixture.trust(keys[2])).verification
        #expect(!allowed.isSigned && allowed.unsignedReason?.contains("trusted") == true)
    }

    @Test func `a package of L3AF's is foreign and unsigned`() throws {
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder.path("l3af_x"), withIntermediateDirectories: true)
        _ = try folder.write([1, 2], to: "l3af_x/x.bpf.o")
        try Tool("tar").run("-C", folder.path(""), "-czf", folder.path("l3af_x.tar.gz"), "l3af_x")
        let file = PackageFile(folder.path("l3af_x.tar.gz"))
        let found = try file.inspect(trust: TrustStore())
        #expect(found.verification.manifest == nil && found.verification.manifestDigest == nil)
        #expect(found.verification.files.keys.map(\.text) == ["x.bpf.o"])
        #expect(found.directory == "l3af_x")
        #expect(
            failure { () throws(PackageError) in try file.inspect(trust: TrustStore(), allowsUnsigned: false) }?.code
                == .signature)
        #expect(failure { () throws(PackageError) in try file.sign(with: PrivateKey()) }?.code == .signature)
    }

    /// One change to an unpacked package that was signed, whether unsigned packages are allowed or not.
    @Test(arguments: [
        "echo x >> limit.bpf.o", "printf 'An object\\n' > limit.bpf.o", ": > limit.bpf.o", "rm limit.bpf.o",
        "echo > extra", "mkdir d; echo > d/extra", "chmod +x limit.bpf.o", "chmod -x bin/feeder",
        "mv limit.bpf.o Limit.bpf.o", "echo >> periscope-package.json", "sed -i s/1.2.0/1.3.0/ periscope-package.json",
        "sed -i 's/==$/===/' periscope-package.sig", ": > periscope-package.sig",
        "rm periscope-package.json",
        "echo 'signature: 0000000000000000 AAAA' >> periscope-package.sig", "echo > ../beside", "cp -r . ../other",
        "tail -n 1 periscope-package.sig >> periscope-package.sig",
        "printf '\\357\\273\\277' | cat - periscope-package.json > j; mv j periscope-package.json",
        "ln -s limit.bpf.o link", "mkfifo pipe",
    ])
    func `any change after signing is seen`(change: String) throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        let path = try Fixture.package(folder, key: key)
        let work = folder.path("work")
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
        try Tool("tar").run("-C", work, "-xzf", path)
        try Tool("sh").run("-c", "cd \"$1/limiter\" && \(change) && cd .. && tar -czf ../limiter.tar.gz *", "sh", work)
        for allowed in [true, false] {
            let error = failure { () throws(PackageError) in
                try PackageFile(folder.path("limiter.tar.gz")).inspect(
                    trust: Fixture.trust(key), allowsUnsigned: allowed)
            }
            #expect(error != nil, "\(change) was not seen")
        }
    }

    @Test func `a signature that was taken away makes a package unsigned, and no more`() throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        let path = try Fixture.package(folder, key: key)
        try Tool("tar").run("-C", folder.path(""), "-xzf", path)
        try folder.remove("limiter/" + Manifest.signatureFileName)
        try Tool("tar").run("-C", folder.path(""), "-czf", folder.path("limiter.tar.gz"), "limiter")
        let file = PackageFile(folder.path("limiter.tar.gz"))
        #expect(
            failure { () throws(PackageError) in try file.inspect(trust: Fixture.trust(key), allowsUnsigned: false) }?
                .code
                == .signature)
        #expect(try file.inspect(trust: Fixture.trust(key)).verification.isSigned == false)
    }

    @Test func `whatever byte of a package is changed, it is refused or means the same`() throws {
        let seed = seed("tampering")
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        let path = try Fixture.package(folder, key: key, object: random.bytes(3000))
        let trust = Fixture.trust(key)
        let original = try PackageFile(path).inspect(trust: trust, allowsUnsigned: false).verification
        try Tool("tar").run("-C", folder.path(""), "-xzf", path)
        // Of each file of the unpacked package, and of the tar file beneath the compression, and of the archive itself.
        try Tool("sh").run("-c", "gunzip -c \"$1\" > \"$2\"", "sh", path, folder.path("plain.tar"))
        let tar = try folder.read("plain.tar")
        let archive = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        for round in 0..<300 {
            var bytes = round.isMultiple(of: 2) ? tar : archive
            let at = Int.random(in: 0..<bytes.count, using: &random)
            bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            if round.isMultiple(of: 2) {
                _ = try folder.write(bytes, to: "changed.tar")
                try Tool("sh").run(
                    "-c", "gzip -c \"$1\" > \"$2\"", "sh", folder.path("changed.tar"), folder.path("limiter.tar.gz"))
            } else {
                _ = try folder.write(bytes, to: "limiter.tar.gz")
            }
            do throws(PackageError) {
                let found = try PackageFile(folder.path("limiter.tar.gz")).inspect(trust: trust, allowsUnsigned: false)
                // A date, an owner, padding: nothing that a package has.
                #expect(found.verification == original, "seed \(seed), round \(round), byte \(at)")
            } catch {
                #expect([.archive, .content, .signature, .tooLarge].contains(error.code), "seed \(seed): \(error)")
            }
        }
        // Each byte of manifest and signatures, all of them refused.
        for name in [Manifest.fileName, Manifest.signatureFileName] {
            let whole = try folder.read("limiter/\(name)")
            for at in stride(from: Int(seed % 3), to: whole.count, by: 3) {
                var bytes = whole
                bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                _ = try folder.write(bytes, to: "limiter/\(name)")
                let error = failure { () throws(PackageError) in
                    try PackageVerifier(trust: trust, allowsUnsigned: false).verify(Directory(folder.path("limiter")))
                }
                #expect(
                    error?.code == .signature, "seed \(seed), byte \(at) of \(name): \(error?.message ?? "accepted")")
            }
            _ = try folder.write(whole, to: "limiter/\(name)")
        }
    }
}
