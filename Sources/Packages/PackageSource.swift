public import PackageFormat
internal import Synchronization

/// Where packages come from: the repositories, whom they have to be signed by, and the store that keeps them.
///
/// Nothing that this returns is unverified, and what it throws leaves nothing behind.
public struct PackageSource: Sendable {
    /// What the operator decides.
    public struct Configuration: Sendable {
        /// Asked in this order. The next is asked only when one says that it has no such package: a repository that does
        /// not answer is an error, since another one's package of the same name need not be the same.
        public var repositories: [Repository]
        /// A request's own repository is used only when it is one of these or below; their other settings apply to it.
        public var overrides: [Repository]
        public var trust: TrustStore
        public var archiveLimits: ArchiveLimits
        public var downloadLimits: DownloadLimits

        public init(
            repositories: [Repository], overrides: [Repository] = [], trust: TrustStore = TrustStore(),
            archiveLimits: ArchiveLimits = ArchiveLimits(), downloadLimits: DownloadLimits = DownloadLimits()
        ) {
            self.repositories = repositories
            self.overrides = overrides
            self.trust = trust
            self.archiveLimits = archiveLimits
            self.downloadLimits = downloadLimits
        }
    }

    private let configuration: Configuration
    private let store: PackageStore
    private let http: any HTTPTransfer

    public init(_ configuration: Configuration, store: PackageStore, http: any HTTPTransfer) {
        self.configuration = configuration
        self.store = store
        self.http = http
    }

    /// Gets a package: out of the store where it is known to be there, else from the repositories.
    ///
    /// A version other than `latest`, and an archive that is asked for by its digest, are downloaded once and then stay
    /// what they were. What is in the store is checked
    /// against its digests, and its signature against those who are trusted now, each time.
    ///
    /// - Throws: ``PackageError``; `notFound` lists where it was looked for.
    public func obtain(_ request: PackageRequest) async throws(PackageError) -> StoredPackage {
        let repositories = try repositories(for: request)
        if request.version.text != PackageRequest.latest || request.digest != nil,
            let stored = try await stored(request, repositories)
        {
            return stored
        }
        var asked: [String] = []
        for repository in repositories {
            for platform in try request.platforms() {
                let url = repository.address.url([request.name, request.version, platform, request.artifact])
                if let package = try await download(url, request, repository, platform) { return package }
                asked.append(url)
            }
        }
        throw PackageError(
            .notFound,
            "there is no package \(request.name) \(request.version) at " + asked.joined(separator: ", nor at "))
    }

    private func repositories(for request: PackageRequest) throws(PackageError) -> [Repository] {
        guard let own = request.repository else {
            guard !configuration.repositories.isEmpty else {
                throw PackageError(.invalid, "no repository is set up to get \(request.name) from")
            }
            return configuration.repositories
        }
        guard var repository = configuration.overrides.first(where: { $0.address.covers(own) }) else {
            let allowed = configuration.overrides.map(\.address.description).joined(separator: ", ")
            throw PackageError(
                .refused,
                "\(request.name) may not come from a repository of its own, \(own): "
                    + (allowed.isEmpty ? "none is allowed here" : "allowed are \(allowed)"))
        }
        repository.address = own
        return [repository]
    }

    private func verifier(_ repository: Repository) -> PackageVerifier {
        PackageVerifier(trust: configuration.trust, allowsUnsigned: repository.allowsUnsigned)
    }

    /// The package as one of the repositories had it when it was downloaded.
    private func stored(
        _ request: PackageRequest, _ repositories: [Repository]
    ) async throws(PackageError) -> StoredPackage? {
        try await OwnThread.run { () throws(PackageError) -> StoredPackage? in
            for repository in repositories {
                for platform in try request.platforms() {
                    let reference = StoreReference(
                        repository: repository.address, name: request.name, version: request.version,
                        platform: platform, artifact: request.artifact)
                    guard let digest = try store.resolve(reference, to: request.digest),
                        let opened = try store.open(digest, verifier: verifier(repository))
                    else { continue }
                    try Self.check(opened.verification, is: request)
                    return StoredPackage(
                        request, opened, origin: .init(repository: repository.address, platform: platform),
                        wasDownloaded: false)
                }
            }
            return nil
        }
    }

    /// Nil when the repository has no such file.
    private func download(
        _ url: String, _ request: PackageRequest, _ repository: Repository, _ platform: PackageName
    ) async throws(PackageError) -> StoredPackage? {
        let incoming = try store.receive()
        let download = Download(
            try incoming.directory.makeFile("archive", label: url), name: url,
            limit: configuration.archiveLimits.archiveBytes)
        let limits = configuration.downloadLimits
        do throws(PackageError) {
            if repository.address.scheme == .file {
                let path =
                    "\(repository.address.path)/\(request.name)/\(request.version)/\(platform)/\(request.artifact)"
                try await OwnThread.run { () throws(PackageError) in
                    try LocalTransfer.get(path, limits: limits, into: download)
                }
            } else {
                try await http.get(url, from: repository, limits: limits, into: download)
            }
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        let handover = Handover(incoming)
        return try await OwnThread.run { () throws(PackageError) in
            // It goes with this closure's end and not with the closure, so that nothing is left when the caller goes on.
            guard let incoming = handover.take() else { return nil }
            return try keep(download, in: incoming, request, repository, platform)
        }
    }

    /// Hands what cannot be copied over to a closure.
    private final class Handover: Sendable {
        private let incoming: Mutex<Incoming?>
        init(_ incoming: consuming Incoming) { self.incoming = Mutex(incoming) }
        func take() -> Incoming? { incoming.withLock { $0.take() } }
    }

    private func keep(
        _ download: Download, in incoming: borrowing Incoming, _ request: PackageRequest, _ repository: Repository,
        _ platform: PackageName
    ) throws(PackageError) -> StoredPackage {
        let digest = try download.digest()
        if let expected = request.digest, expected != digest {
            throw PackageError(.content, "\(download.name) has the digest \(digest), and \(expected) is wanted")
        }
        let verifier = verifier(repository)
        let opened: OpenedPackage
        if let there = try store.open(digest, verifier: verifier) {
            try Self.check(there.verification, is: request)
            opened = there
        } else {
            opened = try store.add(
                download, digest: digest, artifact: request.artifact, in: incoming,
                limits: configuration.archiveLimits, verifier: verifier
            ) { (verification) throws(PackageError) in try Self.check(verification, is: request) }
        }
        try store.note(
            StoreReference(
                repository: repository.address, name: request.name, version: request.version, platform: platform,
                artifact: request.artifact), is: digest)
        return StoredPackage(
            request, opened, origin: .init(repository: repository.address, platform: platform), wasDownloaded: true)
    }

    /// A repository must not give a package, signed as it is, out as another one, or as another version.
    private static func check(_ verification: Verification, is request: PackageRequest) throws(PackageError) {
        guard let manifest = verification.manifest else { return }
        guard manifest.name == request.name,
            manifest.version == request.version || request.version.text == PackageRequest.latest
        else {
            throw PackageError(
                .content,
                "the package \(manifest.name) \(manifest.version) is in the place of \(request.name) \(request.version): "
                    + "the repository has mixed them up, or wants to pass an old one off as new")
        }
    }
}
