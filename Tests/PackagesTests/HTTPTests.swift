import Foundation
import Lab
import PackageFetching
import PackageFormat
import TestSupport
import Testing

@testable import Packages

/// Repositories behind real web servers.
@Suite struct HTTPTests {
    /// A web server of Python's, with this folder's `repository` in it.
    final class Server: Sendable {
        let process: RunningProcess
        let port: Int

        init(_ folder: TemporaryDirectory, certificate: String = "-", key: String = "-") async throws {
            process = try RunningProcess(
                ["python3", "-u", Fixture.path("Programs/server.py"), folder.path("repository"), certificate, key],
                limit: .seconds(120))
            for _ in 0..<1000 where !String(decoding: process.outputSoFar, as: UTF8.self).contains("\n") {
                try await Task.sleep(for: .milliseconds(10))
            }
            let text = String(decoding: process.outputSoFar, as: UTF8.self)
            port = try #require(Int(text.split(separator: "\n").first?.dropFirst("port ".count) ?? ""))
        }

        var asked: [String] {
            String(decoding: process.outputSoFar, as: UTF8.self).split(separator: "\n")
                .filter { $0.hasPrefix("asked ") }.map { String($0.dropFirst("asked ".count)) }
        }

        deinit { process.signal(9) }
    }

    /// An authority, and a certificate for 127.0.0.1 or another name, by openssl.
    static func certificate(
        _ folder: TemporaryDirectory, _ name: String, subject: String = "IP:127.0.0.1", days: String = "2"
    ) throws -> (authority: String, certificate: String, key: String) {
        let script = """
            set -e; cd "$1"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3 -subj "/CN=$2" \
              -keyout "$2-ca.key" -out "$2-ca.pem"
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server -keyout "$2.key" -out "$2.csr"
            printf 'subjectAltName=%s\\n' "$3" > "$2.ext"
            openssl x509 -req -in "$2.csr" -CA "$2-ca.pem" -CAkey "$2-ca.key" -CAcreateserial -days "$4" \
              -extfile "$2.ext" -out "$2.pem"
            """
        try Tool("bash").run("-c", script, "bash", folder.path(""), name, subject, days)
        return (folder.path("\(name)-ca.pem"), folder.path("\(name).pem"), folder.path("\(name).key"))
    }

    private static func source(
        _ folder: TemporaryDirectory, _ address: String, authorities: String? = nil, trust: TrustStore,
        download: DownloadLimits = DownloadLimits(), archive: ArchiveLimits = ArchiveLimits()
    ) throws -> PackageSource {
        PackageSource(
            .init(
                repositories: [Repository(try RepositoryAddress(address), certificateAuthorities: authorities)],
                trust: trust, archiveLimits: archive, downloadLimits: download),
            store: try PackageStore(folder.path("store")), http: HTTPDownloader())
    }

    @Test func `a signed package comes over HTTP, once, from the platform's directory or the one for any`() async throws
    {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try Fixture.publish(folder, key: key, object: SeededBytes.make(200_000))
        let server = try await Server(folder)
        let source = try Self.source(folder, "http://127.0.0.1:\(server.port)/ok", trust: Fixture.trust(key))
        let package = try await source.obtain(StoreTests.request())
        #expect(package.wasDownloaded && package.verification.isSigned)
        #expect(try await !source.obtain(StoreTests.request()).wasDownloaded)
        let place = "/ok/limiter/1.2.0"
        #expect(server.asked == ["\(place)/bookworm/limiter.tar.gz", "\(place)/any/limiter.tar.gz"])
        let elsewhere = try TemporaryDirectory()
        let redirected = try Self.source(
            elsewhere, "http://127.0.0.1:\(server.port)/redirect", trust: Fixture.trust(key))
        #expect(try await redirected.obtain(StoreTests.request()).digest == package.digest)
        withExtendedLifetime(elsewhere) {}
        let gone = try await failure(
            of: source, PackageRequest(name: "limiter", version: "9", platform: PackageName("any")))
        #expect(gone?.code == .notFound)
    }

    /// What a server does, and how that is called.
    @Test(
        arguments: [
            ("500", .unavailable, "status 500"), ("403", .unavailable, "status 403"), ("cut", .unavailable, "hung up"),
            ("chunkcut", .unavailable, "hung up"), ("stall", .timedOut, "nothing came"),
            ("slow", .timedOut, "longer than"),
            ("endless", .tooLarge, "more than"), ("big", .tooLarge, "1000000000000"),
            ("loop", .unavailable, "redirected more"),
            ("long", .archive, "unexpected end"),
        ] as [(String, PackageError.Code, String)])
    func `a server that misbehaves is told by what it did, and leaves nothing`(
        mode: String, code: PackageError.Code, words: String
    ) async throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try Fixture.publish(folder, key: key, object: SeededBytes.make(4000))
        let server = try await Server(folder)
        // Only what is tried is short: the machine may be busy.
        let limits = DownloadLimits(
            connect: .seconds(20), idle: mode == "stall" ? .milliseconds(1500) : .seconds(30),
            total: mode == "slow" ? .seconds(3) : .seconds(60))
        let source = try Self.source(
            folder, "http://127.0.0.1:\(server.port)/\(mode)", trust: Fixture.trust(key),
            download: limits,
            archive: ArchiveLimits(archiveBytes: 1 << 20))
        let start = ContinuousClock.now
        let error = try await failure(
            of: source, PackageRequest(name: "limiter", version: "1.2.0", platform: PackageName("any")))
        #expect(error?.code == code, "\(error?.message ?? "got it")")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(
            error?.message.contains("/\(mode)/") == true, "\(error?.message ?? "")")
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(try PackageStore(folder.path("store")).digests().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("store/incoming")).isEmpty)
    }

    @Test func `a server that is killed in the middle, or was never there, is unavailable`() async throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try Fixture.publish(folder, key: key, object: SeededBytes.make(4000))
        let server = try await Server(folder)
        let source = try Self.source(folder, "http://127.0.0.1:\(server.port)/slow", trust: Fixture.trust(key))
        let request = try StoreTests.request(platform: "any")
        async let result = failure(of: source, request)
        while server.asked.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        server.process.signal(9)
        #expect(await result?.code == .unavailable)
        let refused = await failure(of: source, request)
        #expect(refused?.code == .unavailable)
        #expect(refused?.message.hasSuffix("limiter.tar.gz: Connection refused") == true, "\(refused?.message ?? "")")
    }

    @Test func `who does not want to wait any more does not have to`() async throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try Fixture.publish(folder, key: key)
        let server = try await Server(folder)
        let source = try Self.source(folder, "http://127.0.0.1:\(server.port)/stall", trust: Fixture.trust(key))
        let request = try StoreTests.request(platform: "any")
        let task = Task { await failure(of: source, request) }
        while server.asked.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("store/incoming")).isEmpty)
    }

    @Test func `over HTTPS the server's certificate decides`() async throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try Fixture.publish(folder, key: key)
        let right = try Self.certificate(folder, "right")
        let other = try Self.certificate(folder, "other")
        let named = try Self.certificate(folder, "named", subject: "DNS:packages.example")
        let request = try StoreTests.request(platform: "any")
        func outcome(_ server: Server, _ authorities: String?, mode: String = "ok") async throws -> PackageError? {
            let elsewhere = try TemporaryDirectory()
            defer { withExtendedLifetime(elsewhere) {} }
            let source = try Self.source(
                elsewhere, "https://127.0.0.1:\(server.port)/\(mode)", authorities: authorities,
                trust: Fixture.trust(key))
            return await failure(of: source, request)
        }
        let server = try await Server(folder, certificate: right.certificate, key: right.key)
        #expect(try await outcome(server, right.authority) == nil)
        // Another authority, the system's, and one that has signed another name.
        for (server, authority) in [
            (server, other.authority), (server, nil),
            (try await Server(folder, certificate: named.certificate, key: named.key), named.authority),
        ] {
            let error = try await outcome(server, authority)
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("TLS") == true, "\(error?.message ?? "")")
        }
        // From HTTPS nobody is sent to HTTP.
        let plain = try await outcome(server, right.authority, mode: "plain")
        #expect(plain?.code == .unavailable)
        #expect(plain?.message.contains("no https address") == true)
        let nothing = try folder.write(Array("nothing".utf8), to: "nothing.pem")
        #expect(try await outcome(server, nothing)?.code == .invalid)
        #expect(try await outcome(server, folder.path("none.pem"))?.code == .unreadable)
        // HTTP on a port of HTTPS.
        let elsewhere = try TemporaryDirectory()
        let confused = try Self.source(
            elsewhere, "http://127.0.0.1:\(server.port)/ok", trust: Fixture.trust(key))
        #expect(await failure(of: confused, request)?.code == .unavailable)
        withExtendedLifetime(elsewhere) {}
    }

    @Test func `an expired certificate is refused`() async throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try Fixture.publish(folder, key: key)
        // openssl signs for a number of days, and a negative one is over.
        let old = try Self.certificate(folder, "old", days: "-1")
        let server = try await Server(folder, certificate: old.certificate, key: old.key)
        let source = try Self.source(
            folder, "https://127.0.0.1:\(server.port)/ok", authorities: old.authority, trust: Fixture.trust(key))
        let request = try StoreTests.request(platform: "any")
        let error = await failure(of: source, request)
        #expect(error?.code == .unavailable && error?.message.contains("TLS") == true)
    }
}

/// Bytes that do not compress.
enum SeededBytes {
    static func make(_ count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: 11)
        return random.bytes(count)
    }
}
