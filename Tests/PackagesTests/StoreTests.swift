import Foundation
import Lab
import PackageFormat
import TestSupport
import Testing

@testable import Packages

/// Packages of local repositories, and how the store keeps them.
@Suite struct StoreTests {
    /// A transfer for tests without a network.
    struct NoNetwork: HTTPTransfer {
        func get(
            _ url: String, from repository: Repository, limits: DownloadLimits, into download: Download
        ) async throws(PackageError) { throw PackageError(.unavailable, "\(url): there is no network") }
    }

    static func source(
        _ folder: TemporaryDirectory, _ repositories: [(String, unsigned: Bool)] = [("repository", true)],
        overrides: [Repository] = [], trust: TrustStore = TrustStore(), limits: ArchiveLimits = ArchiveLimits()
    ) throws -> PackageSource {
        let repositories = try repositories.map { name, unsigned in
            Repository(try RepositoryAddress("file://" + folder.path(name)), allowsUnsigned: unsigned)
        }
        return PackageSource(
            .init(repositories: repositories, overrides: overrides, trust: trust, archiveLimits: limits),
            store: try PackageStore(folder.path("store")), http: NoNetwork())
    }

    static func request(
        _ version: String = "1.2.0", name: String = "limiter", platform: String = "bookworm", artifact: String? = nil,
        repository: String? = nil, digest: Digest? = nil
    ) throws -> PackageRequest {
        try PackageRequest(
            name: name, version: version, platform: PackageName(platform), artifact: artifact,
            repository: repository.map { (text) in try RepositoryAddress(text) }, digest: digest)
    }

    private static func incoming(_ folder: TemporaryDirectory) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path("store/incoming"))
    }

    @Test func `a package is got once, verified each time, and says who signed it`() async throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try Fixture.publish(folder, key: key)
        let source = try Self.source(folder, [("repository", false)], trust: Fixture.trust(key))
        let first = try await source.obtain(Self.request())
        #expect(first.wasDownloaded)
        #expect(first.verification.signers.map(\.name) == ["release"])
        #expect(first.origin.platform.text == "any")
        #expect(
            try Fixture.tree(first.path).keys.sorted() == [
                "bin/feeder", "limit.bpf.o", Manifest.fileName, Manifest.signatureFileName,
            ])
        let second = try await source.obtain(Self.request())
        #expect(!second.wasDownloaded && second.path == first.path && second.digest == first.digest)
        #expect(second.verification == first.verification)
        #expect(try Self.incoming(folder).isEmpty)
        // The repository is not needed any more, but whoever is not trusted any more is not trusted.
        try FileManager.default.removeItem(atPath: folder.path("repository"))
        #expect(try await source.obtain(Self.request()).digest == first.digest)
        let strangers = try Self.source(folder, [("repository", false)])
        #expect(
            try await failure(of: strangers, Self.typed())?.code
                == .signature)
    }

    private static func typed(_ version: String = "1.2.0") throws(PackageError) -> PackageRequest {
        try PackageRequest(name: "limiter", version: version, platform: PackageName("bookworm"))
    }

    @Test func `L3AF's packages come from the directory of their platform, with their own artifact names`() async throws
    {
        let folder = try TemporaryDirectory()
        for (platform, byte) in [("bookworm", 1 as UInt8), ("any", 2)] {
            let place = folder.path("repository/limiter/latest/\(platform)")
            try FileManager.default.createDirectory(atPath: place + "/l3af_x", withIntermediateDirectories: true)
            try Data([byte]).write(to: URL(fileURLWithPath: place + "/l3af_x/x.bpf.o"))
            try Tool("sh").run(
                "-c", "cd \"$1\" && zip -qr l3af_x.zip l3af_x && tar czf l3af_x.tar.gz ./l3af_x", "sh", place)
        }
        let source = try Self.source(folder)
        for artifact in ["l3af_x.zip", "l3af_x.tar.gz"] {
            for (platform, byte) in [("bookworm", 1 as UInt8), ("jammy", 2), ("any", 2)] {
                let package = try await source.obtain(Self.request("latest", platform: platform, artifact: artifact))
                #expect(package.path.hasSuffix("/l3af_x"))
                #expect(try Fixture.tree(package.path) == ["x.bpf.o": [byte]], "\(platform) \(artifact)")
                #expect(package.manifest == nil && !package.verification.isSigned)
            }
        }
    }

    @Test func `unsigned packages are refused where the repository does not allow them, and leave nothing`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try Fixture.publish(folder)
        let source = try Self.source(folder, [("repository", false)])
        let error = try await failure(of: source, Self.typed())
        #expect(error?.code == .signature)
        #expect(try PackageStore(folder.path("store")).digests().isEmpty)
        #expect(try Self.incoming(folder).isEmpty)
        // Also when another repository brought it into the store.
        #expect(try await !Self.source(folder).obtain(Self.request()).verification.isSigned)
        #expect(
            try await failure(of: source, Self.typed())?.code == .signature)
    }

    @Test func `the latest version is asked for each time, others never again`() async throws {
        let folder = try TemporaryDirectory()
        try Fixture.publish(folder, latest: true)
        let source = try Self.source(folder)
        let old = try await source.obtain(Self.request("latest"))
        try Fixture.publish(folder, version: "1.3.0", latest: true, object: [1])
        let new = try await source.obtain(Self.request("latest"))
        #expect(old.digest != new.digest && new.manifest?.version.text == "1.3.0")
        // By its digest the old one is still to be had, though the repository has another now.
        for digest in [old.digest, new.digest] {
            let pinned = try await source.obtain(Self.request("latest", digest: digest))
            #expect(pinned.digest == digest && !pinned.wasDownloaded)
        }
        let store = try PackageStore(folder.path("store"))
        let digest = old.digest
        withExtendedLifetime((old, new)) {}
        #expect(try await source.obtain(Self.request("1.2.0")).digest == digest)
        try Tool("rm").run("-r", folder.path("store/packages/\(digest)"))
        #expect(try await failure(of: source, Self.request("latest", digest: digest))?.code == .content)
        #expect(try store.digests().count == 1)
    }

    @Test func `a repository that gives one package out as another is found out`() async throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try Fixture.publish(folder, key: key)
        let root = folder.path("repository")
        try Tool("sh").run(
            "-c",
            "cd \"$1\" && cp -r limiter/1.2.0 limiter/1.3.0 && cp -r limiter other && cd other/1.2.0/any && mv limiter.tar.gz other.tar.gz",
            "sh", root)
        let source = try Self.source(folder, [("repository", false)], trust: Fixture.trust(key))
        for (name, version) in [("limiter", "1.3.0"), ("other", "1.2.0")] {
            let error = try await failure(
                of: source, PackageRequest(name: name, version: version, platform: PackageName("any")))
            #expect(error?.code == .content)
            #expect(error?.message.contains("old one") == true)
        }
    }

    @Test func `repositories are asked in their order, and the next only when one has no such package`() async throws {
        let folder = try TemporaryDirectory()
        try Fixture.publish(folder, object: [1], repository: "first")
        try Fixture.publish(folder, object: [2], repository: "second")
        try Fixture.publish(folder, version: "2.0.0", object: [3], repository: "second")
        let source = try Self.source(folder, [("first", true), ("second", true)])
        let one = try await source.obtain(Self.request())
        #expect(one.origin.repository.path.hasSuffix("first"))
        #expect(try await source.obtain(Self.request("2.0.0")).origin.repository.path.hasSuffix("second"))
        let nowhere = try await failure(of: source, Self.typed("3"))
        #expect(nowhere?.code == .notFound)
        for part in ["first", "second", "bookworm", "/any/"] { #expect(nowhere?.message.contains(part) == true) }

        let unreachable = PackageSource(
            .init(
                repositories: [
                    Repository(try RepositoryAddress("https://packages.invalid"), allowsUnsigned: true),
                    Repository(try RepositoryAddress("file://" + folder.path("second")), allowsUnsigned: true),
                ]), store: try PackageStore(folder.path("another-store")), http: NoNetwork())
        #expect(
            try await failure(of: unreachable, Self.typed())?.code
                == .unavailable)
    }

    @Test func `a program's own repository is used only where the operator allows it`() async throws {
        let folder = try TemporaryDirectory()
        try Fixture.publish(folder, repository: "others/team")
        let address = "file://" + folder.path("others/team")
        let request = try Self.request(repository: address)
        let source = try Self.source(folder)
        let none = await failure(of: source, request)
        #expect(none?.code == .refused)
        #expect(none?.message.contains(address) == true)
        let above = Repository(try RepositoryAddress("file://" + folder.path("others")), allowsUnsigned: true)
        #expect(
            try await Self.source(folder, overrides: [above]).obtain(request).origin.repository.description == address)
        // The store does not open what the operator closes.
        #expect(await failure(of: source, request)?.code == .refused)
        let signedOnly = try Self.source(folder, overrides: [Repository(above.address)])
        #expect(await failure(of: signedOnly, request)?.code == .signature)
    }

    /// What can happen to a package in the store.
    @Test(arguments: [
        "printf x >> tree/limiter/limit.bpf.o", "printf 'An object\\n' > tree/limiter/limit.bpf.o",
        "rm tree/limiter/bin/feeder",
        "rm record", ": > record", "rm -r tree", "echo > tree/limiter/extra", "chmod -x tree/limiter/bin/feeder",
        "ln -s /etc/passwd tree/limiter/link", "sed -i s/1/2/ record", "truncate -s 100 record",
        "mkdir x && mv * x || true",
    ])
    func `what is not whole any more is got anew`(damage: String) async throws {
        let folder = try TemporaryDirectory()
        try Fixture.publish(folder)
        let source = try Self.source(folder)
        let first = try await source.obtain(Self.request())
        let whole = try Fixture.tree(first.path)
        try Tool("sh").run("-c", "cd \"$1\" && { \(damage); }", "sh", folder.path("store/packages/\(first.digest)"))
        let second = try await source.obtain(Self.request())
        #expect(second.wasDownloaded)
        #expect(try Fixture.tree(second.path) == whole)
        #expect(try Self.incoming(folder).isEmpty)
        #expect(try await !source.obtain(Self.request()).wasDownloaded)
    }

    @Test func `what nobody has open and nobody wants to keep is removed`() async throws {
        let folder = try TemporaryDirectory()
        for version in ["1", "2", "3"] { try Fixture.publish(folder, version: version, object: Array(version.utf8)) }
        let source = try Self.source(folder)
        let store = try PackageStore(folder.path("store"))
        var held: StoredPackage? = try await source.obtain(Self.request("1"))
        let kept = try await source.obtain(Self.request("2")).digest
        let unused = try await source.obtain(Self.request("3")).digest
        #expect(try store.removeUnused(keeping: [kept]) == [unused])
        #expect(try Set(store.digests()) == Set([held?.digest, kept].compactMap(\.self)))
        #expect(try Fixture.tree(#require(held).path).count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("store/references")).count == 4)
        held = nil
        #expect(try store.removeUnused(keeping: [kept]).count == 1)
        #expect(try store.digests() == [kept])
        #expect(try await source.obtain(Self.request("1")).wasDownloaded)
    }

    @Test func `many at once get the same package, and one copy is kept`() async throws {
        let folder = try TemporaryDirectory()
        try Fixture.publish(folder, object: [UInt8](repeating: 7, count: 300_000))
        let sources = try (0..<4).map { _ in try Self.source(folder) }
        let request = try Self.request()
        let paths = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<24 { group.addTask { try await sources[number % 4].obtain(request).path } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(paths.count == 1)
        #expect(try PackageStore(folder.path("store")).digests().count == 1)
        #expect(try Self.incoming(folder).isEmpty)
    }

    @Test func `some get packages while others remove and damage them`() async throws {
        let folder = try TemporaryDirectory()
        try Fixture.publish(folder)
        let source = try Self.source(folder)
        let store = try PackageStore(folder.path("store"))
        let request = try Self.request()
        let whole = try Fixture.tree(await source.obtain(request).path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<40 {
                        let package = try await source.obtain(request)
                        let tree = try Fixture.tree(package.path)
                        #expect(tree == whole)
                        withExtendedLifetime(package) {}
                    }
                }
            }
            group.addTask { for _ in 0..<80 { _ = try store.removeUnused() } }
            group.addTask { for _ in 0..<80 { _ = try PackageStore(store.path) } }
            try await group.waitForAll()
        }
        #expect(try Self.incoming(folder).isEmpty)
    }

    @Test func `what others who were killed left is removed, what others are at is not`() throws {
        let folder = try TemporaryDirectory()
        let store = try PackageStore(folder.path("store"))
        try FileManager.default.createDirectory(
            atPath: folder.path("store/incoming/left/package/tree"), withIntermediateDirectories: true)
        _ = try folder.write([1], to: "store/incoming/left/archive")
        let mine = try store.receive()
        _ = try PackageStore(folder.path("store"))
        #expect(try Self.incoming(folder).count == 1)
        #expect(try mine.directory.entries().isEmpty)
    }

    @Test func `a store that is gone is not taken for a repository without the package`() async throws {
        let folder = try TemporaryDirectory()
        try Fixture.publish(folder)
        let source = try Self.source(folder)
        try FileManager.default.removeItem(atPath: folder.path("store"))
        let error = try await failure(of: source, Self.request())
        #expect(error?.code == .unreadable)
        #expect(error?.message.contains("store") == true)
    }

    @Test func `a store that others may write to is refused`() throws {
        let folder = try TemporaryDirectory()
        _ = try PackageStore(folder.path("store"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path("store"))[.posixPermissions] as? Int
        #expect(mode == 0o700)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path("store"))
        #expect(failure { () throws(PackageError) in try PackageStore(folder.path("store")) }?.code == .refused)
    }

    @Test func `publishing replaces no version and tells what was written`() throws {
        let folder = try TemporaryDirectory()
        let path = try Fixture.package(folder)
        func publish(_ path: String, replacing: Bool = false) throws(PackageError) -> [String] {
            try PackageFile(path).publish(
                to: folder.path("r"), platform: PackageName("any"), latest: true, replacing: replacing)
        }
        #expect(try publish(path) == ["1.2.0", "latest"].map { folder.path("r/limiter/\($0)/any/limiter.tar.gz") })
        #expect(try publish(path).isEmpty)
        _ = try PackageFile(path).sign(with: PrivateKey())
        #expect(failure { () throws(PackageError) in try publish(path) }?.code == .alreadyExists)
        #expect(try publish(path, replacing: true).count == 2)
        #expect(try Fixture.tree(folder.path("r")).count == 2)
    }

    @Test(arguments: [
        ("VERSION_CODENAME=bookworm\n", "bookworm"), ("ID=x\nVERSION_CODENAME=\"jammy\"\n", "jammy"),
        ("VERSION_CODENAME='n'", "n"),
        ("ID=x\n", nil), ("VERSION_CODENAME=\n", nil), ("VERSION_CODENAME=../x\n", nil),
    ])
    func `the platform is the code name of the distribution`(text: String, name: String?) throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write(Array(text.utf8), to: "os-release")
        #expect((try? Platform.ofThisHost(path))?.text == name)
    }
}
