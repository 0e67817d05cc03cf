internal import AsyncHTTPClient
internal import FoundationEssentials
import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
public import PackageFormat
public import Packages

/// Gets packages over HTTP and HTTPS, with async-http-client.
///
/// TLS 1.2 or newer, with the server's certificate and name verified always. No credentials, no cookies, no proxy.
/// Redirections are followed a few times, from HTTPS never to HTTP.
public struct HTTPDownloader: HTTPTransfer {
    public init() {}

    public func get(
        _ url: String, from repository: Repository, limits: DownloadLimits, into download: Download
    ) async throws(PackageError) {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: try Self.configuration(repository, limits))
        let result: Result<Void, PackageError>
        do {
            try await Self.get(url, with: client, limits: limits, into: download)
            result = .success(())
        } catch { result = .failure(Self.meaning(of: error, at: url, limits)) }
        try? await client.shutdown()
        try result.get()
    }

    private static func configuration(
        _ repository: Repository, _ limits: DownloadLimits
    ) throws(PackageError) -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = .fullVerification
        if let file = repository.certificateAuthorities {
            let pem: [UInt8]
            do throws(PackageError) {
                pem = try FileDescriptor(reading: file).readAll(limit: 4 << 20)
            } catch {
                // Not `notFound`, which is what a repository says of a package.
                throw PackageError(.unreadable, "certificate authorities: \(error.message)", cause: error.cause)
            }
            guard let certificates = try? NIOSSLCertificate.fromPEMBytes(pem), !certificates.isEmpty else {
                throw PackageError(.invalid, "\(file) has no certificates in PEM form")
            }
            // These and no others.
            tls.trustRoots = .certificates(certificates)
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .init(limits.connect), read: .init(limits.idle)))
        configuration.httpVersion = .http1Only
        // A server that refuses is told of at once; when to try again is for the caller to say.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    private static func get(
        _ url: String, with client: HTTPClient, limits: DownloadLimits, into download: Download
    ) async throws {
        let deadline = NIODeadline.now() + .init(limits.total)
        var url = url
        for _ in 0...limits.redirects {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "User-Agent", value: "periscope")
            // One kept open might be closed by the server just when it is used again, for a redirection.
            request.headers.add(name: "Connection", value: "close")
            let response = try await client.execute(request, deadline: deadline)
            switch response.status.code {
            case 200:
                return try await receive(response, deadline: deadline, from: url, limits, into: download)
            case 404, 410: throw PackageError(.notFound, "\(url): the server has no such file")
            case 301, 302, 303, 307, 308: url = try redirection(response, from: url)
            case let code: throw PackageError(.unavailable, "\(url): the server answered with status \(code)")
            }
        }
        throw PackageError(.unavailable, "\(url): redirected more than \(limits.redirects) times")
    }

    private static func redirection(_ response: HTTPClientResponse, from url: String) throws -> String {
        guard let location = response.headers.first(name: "Location"), let base = URL(string: url),
            let target = URL(string: location, relativeTo: base)?.absoluteURL
        else { throw PackageError(.unavailable, "\(url): redirected to nowhere") }
        guard target.scheme == "https" || (target.scheme == "http" && base.scheme == "http") else {
            throw PackageError(
                .unavailable, "\(url): redirected to \(target.absoluteString.quoted), which is no https address")
        }
        return target.absoluteString
    }

    private static func receive(
        _ response: HTTPClientResponse, deadline: NIODeadline, from url: String, _ limits: DownloadLimits,
        into download: Download
    ) async throws {
        let announced = response.headers.first(name: "Content-Length").flatMap { Int($0) }
        if let announced { try download.announce(announced) }
        for try await buffer in response.body {
            try download.append(Array(buffer.readableBytesView))
            // The client's deadline ends with the head of the answer.
            guard NIODeadline.now() < deadline else {
                throw PackageError(.timedOut, "\(url) took longer than \(limits.total)")
            }
        }
        if let announced, announced != download.size {
            throw PackageError(
                .unavailable, "\(url): \(download.size) of \(announced) bytes came before the server hung up")
        }
    }

    /// What a failure of the client means.
    private static func meaning(of error: any Error, at url: String, _ limits: DownloadLimits) -> PackageError {
        if let error = error as? PackageError { return error }
        if error is CancellationError { return PackageError(.cancelled, "\(url): cancelled") }
        if let error = error as? HTTPClientError {
            switch error {
            case .cancelled: return PackageError(.cancelled, "\(url): cancelled")
            case .connectTimeout, .tlsHandshakeTimeout:
                return PackageError(.timedOut, "\(url): no connection within \(limits.connect)")
            case .readTimeout: return PackageError(.timedOut, "\(url): nothing came for \(limits.idle)")
            case .deadlineExceeded: return PackageError(.timedOut, "\(url) took longer than \(limits.total)")
            case .remoteConnectionClosed:
                return PackageError(.unavailable, "\(url): the server hung up before the end")
            default: break
            }
        }
        if error is HTTPParserError {
            return PackageError(.unavailable, "\(url): the server hung up before the end, or speaks no HTTP")
        }
        let isTLS = error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError
        return PackageError(.unavailable, "\(url): \(isTLS ? "TLS failed: " : "")\(reason(error))")
    }

    /// The client's words, on one line.
    private static func reason(_ error: any Error) -> String {
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "the server's certificate is not of an authority that is trusted for this repository"
        }
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
